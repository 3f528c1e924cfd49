"""A shell in which the commands of a page run in their order, as those of somebody who reads it."""

import os
import pathlib
import subprocess

PROLOGUE = pathlib.Path(__file__).with_name("prologue.sh")
# A command that takes longer waits for something that does not come.
SECONDS = 240


class Shell:
    """Each block begins in the same folder."""

    def __init__(self, folder, environment):
        self.folder = str(folder)
        self.environment = {**os.environ, **environment}
        self.output = ""

    def run(self, script):
        """What went wrong, or nothing. `output` is what it printed."""
        try:
            result = subprocess.run(
                ["bash", "-c", f". {PROLOGUE}\n{script}"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired as expired:
            return [f"not done after {SECONDS} s", *(expired.stdout or b"").decode(errors="replace").splitlines()[-15:]]
        self.output = result.stdout
        return [f"exit code {result.returncode}", *self.output.splitlines()[-15:]] if result.returncode else []
