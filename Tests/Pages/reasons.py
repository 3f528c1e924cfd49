"""Every reason that a build or a repository can have is explained on the page about troubleshooting."""

import re

from definitions import ROOT

PAGE = "deploy/docs/troubleshooting.md"
# Every reason of an attempt.
ATTEMPTS = ROOT / "Sources/SatisAPI/Resources/AttemptReason.swift"
# Where other reasons are given: by the runner in the pod, and by the controller.
SOURCES = [
    *(ROOT / "Sources/SatisController/Runner").glob("*.php"),
    *(ROOT / "Sources/SatisController/Planning").glob("*.swift"),
    ROOT / "Sources/SatisController/Jobs/JobOutcome.swift",
]
# Words of the same look: what Kubernetes, Satis and PHP call things.
OTHERS = {
    *("ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod", "PodScheduled", "ContainerCreating", "PodInitializing"),
    *("ErrImage", "NoHTML", "PharData", "ZipArchive"),
}


def given():
    yield from re.findall(r'case \w+ = "(\w+)"', ATTEMPTS.read_text())
    for path in SOURCES:
        yield from re.findall(r"[\"']([A-Z][a-z]+(?:[A-Z][A-Za-z]+)+)[\"']", path.read_text())


def unexplained():
    explained = set(re.findall(r"`(\w+)`", (ROOT / PAGE).read_text()))
    for reason in sorted(set(given()) - OTHERS - explained):
        yield f"{reason}: say in {PAGE} what it means and what to do"
