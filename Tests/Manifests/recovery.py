"""Repositories are saved and brought back on a real API server by the commands of the README."""

import json
import os
import re
import subprocess
import tempfile

import yaml

from apiserver import complaints, kubectl, send, write_status
from definitions import ROOT

NAMESPACE = "recovery"
# What a repository had become before it was lost.
STATUS = {"jobSequence": 7, "release": "20260801T120000Z-7", "configHash": "0"}


def commands():
    text = (ROOT / "README.md").read_text().partition("### Saving, bringing back")[2].partition("\n## ")[0]
    blocks = re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)
    return [block.replace("-n satis ", f"-n {NAMESPACE} ") for block in blocks]


def repositories():
    for path in sorted((ROOT / "deploy" / "example").glob("repository*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if document["kind"] == "SatisRepository":
                document["metadata"] = {"name": path.stem, "finalizers": ["satis.dev/output"]}
                yield document


def stored():
    """Name, spec and finalizers of all that there are, and what else a server may have kept of earlier ones."""
    text, _ = kubectl("-n", NAMESPACE, "get", "satisrepositories", "-o", "json")
    return {
        item["metadata"]["name"]: (item["spec"], item["metadata"].get("finalizers"), item.get("status"))
        for item in json.loads(text)["items"]
    }


def run(command, folder):
    environment = os.environ | {"KUBECONFIG": os.environ["SATIS_TEST_KUBECONFIG"]}
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=folder, env=environment, capture_output=True, text=True
    )
    if result.returncode != 0:
        yield f"{command.strip()}: {result.stderr.strip()}"


def lose():
    for name in stored():
        patch = '{"metadata": {"finalizers": null}}'
        yield kubectl("-n", NAMESPACE, "patch", "satisrepository", name, "--type=merge", "-p", patch)
        yield kubectl("-n", NAMESPACE, "delete", "satisrepository", name)


def round_trip():
    yield from complaints(kubectl("create", "namespace", NAMESPACE))
    for document in repositories():
        yield from complaints(send("create", namespace=NAMESPACE, document=document))
        yield from complaints(write_status("satisrepositories", NAMESPACE, document["metadata"]["name"], STATUS))
    before = stored()
    save, bring_back = commands()
    with tempfile.TemporaryDirectory() as folder:
        yield from run(save, folder)
        yield from complaints(*lose())
        if stored():
            yield "the repositories are still there, so that nothing could be brought back"
        yield from run(bring_back, folder)
    after = stored()
    if not before or before.keys() != after.keys():
        yield f"{sorted(before)} were saved and {sorted(after)} brought back"
    for name, (spec, finalizers, status) in after.items():
        if (spec, finalizers) != before[name][:2]:
            yield f"{name} is another one than it was"
        # Its Jobs are gone; that it has none makes it build itself.
        if status is not None:
            yield f"{name} has the status {status}"
    # No controller is here to let them go, and the definitions are taken away after this.
    yield from complaints(*lose())


def check(report):
    report.check("server: repositories are saved and brought back as the README says", round_trip())
