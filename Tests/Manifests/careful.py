"""What checkov finds in the overlays; each finding is mended, or answered by a comment in the file of the object:

    # checkov:skip=CKV_K8S_43: why it is as it is
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile

import yaml

from definitions import ROOT
from rendered import folders, render

PROGRAM = pathlib.Path(os.environ.get("SATIS_CHECKOV", "checkov"))
ANSWER = re.compile(r"^\s*# checkov:skip=(\w+): \S.*$", re.MULTILINE)


def answers():
    """By kind, name and check: where the object is defined, not where it is rendered, which has no comments."""
    for path in sorted((ROOT / "deploy").rglob("*.yaml")):
        if path.name in ("kustomization.yaml", "install.yaml"):
            continue
        for part in path.read_text().split("\n---\n"):
            document = yaml.safe_load(part)
            for check in ANSWER.findall(part):
                yield (document["kind"], document["metadata"]["name"], check)


def findings():
    """What checkov has to say about all overlays in one run, since it takes long to start."""
    with tempfile.TemporaryDirectory() as folder:
        for overlay in folders():
            documents, _ = render(overlay)
            text = yaml.safe_dump_all([d for d in documents if d["apiVersion"] != "monitoring.coreos.com/v1"])
            pathlib.Path(folder, f"{overlay.name}.yaml").write_text(text)
        command = [PROGRAM, "--directory", folder, "--framework", "kubernetes", "--skip-download", "--quiet"]
        result = subprocess.run([*command, "--compact", "--output", "json"], capture_output=True, text=True)
    report = json.loads(result.stdout)
    for failed in report["results"]["failed_checks"]:
        kind, _, name = failed["resource"].split(".", 2)
        yield (kind, name, failed["check_id"]), f"{failed['check_name']}, in {failed['file_path'].lstrip('/')}"
    if report["summary"]["parsing_errors"] or not report["summary"]["passed"]:
        yield ("checkov", "itself", "errors"), str(report["summary"])


def unanswered(found, given):
    for key, text in sorted(found):
        if key not in given:
            yield f"{' '.join(key)}: {text}: mend it, or answer it by a comment beside it"


def superfluous(found, given):
    known = {key for key, _ in found}
    for key in sorted(given - known):
        yield f"{' '.join(key)}: checkov finds nothing there any more; delete the comment"


def check(report):
    found, given = list(findings()), set(answers())
    report.check("checkov finds nothing that is not answered beside it", unanswered(found, given))
    report.check("every answer to checkov has a finding", superfluous(found, given))
