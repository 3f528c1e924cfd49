"""deploy/install.yaml: crds/ and deploy/base in one file, for those who have no kustomization of their own."""

import subprocess

import yaml

from definitions import ROOT
from rendered import KUBECTL

TARGET = ROOT / "deploy" / "install.yaml"
COMMAND = "Tests/Manifests/check --update"
HEADER = f"""\
# Generated from crds/ and deploy/base, for Kubernetes 1.29 and newer. Change those, then run
# {COMMAND}
#   kubectl apply -f deploy/install.yaml
"""


def wanted():
    definitions = [path.read_text() for path in sorted((ROOT / "crds").glob("*.yaml"))]
    result = subprocess.run(
        [KUBECTL, "kustomize", str(ROOT / "deploy" / "base")], capture_output=True, text=True, check=True
    )
    return HEADER + "---\n".join([*definitions, result.stdout])


def differences():
    """By object, since the text of all would be long."""
    text, new_text = TARGET.read_text() if TARGET.exists() else "", wanted()
    if text == new_text:
        return
    old, new = objects(text), objects(new_text)
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield f"{' '.join(key)} is another one in crds/ or deploy/base"
    yield f"run `{COMMAND}` and commit the result"


def objects(text):
    return {(d["kind"], d["metadata"]["name"]): d for d in yaml.safe_load_all(text) if d}


def write():
    TARGET.write_text(wanted())
