"""Each component of deploy/components on top of the base, and what a user's own kustomization adds to that."""

import os
import pathlib
import tempfile

import yaml

import rendered
from definitions import ROOT
from schemas import validate

COMPONENTS = sorted(path.parent for path in (ROOT / "deploy" / "components").glob("*/kustomization.yaml"))

# Of nothing: only its form counts.
DIGEST = "sha256:" + 32 * "a5"


def render_with(**more):
    """A kustomization as a user writes it, beside this checkout."""
    with tempfile.TemporaryDirectory() as folder:

        def relative(path):
            return os.path.relpath(path, os.path.realpath(folder))

        content = {"namespace": "satis", "resources": [relative(ROOT / "deploy")], **more}
        content["components"] = [relative(path) for path in more.get("components", [])]
        pathlib.Path(folder, "kustomization.yaml").write_text(yaml.safe_dump(content))
        return rendered.render(folder)


def findings_of(documents):
    for version in rendered.VERSIONS:
        for document in documents:
            yield from validate(document, version)
    for judge in (rendered.misplaced, rendered.insecure, rendered.careless, rendered.excessive, rendered.dangling):
        yield from judge(documents)


def unpinned(documents):
    """Whoever gives digests wants nothing else to run."""
    for owner, pod in rendered.pods(documents):
        for container in pod["containers"]:
            if not container["image"].endswith(f"@{DIGEST}"):
                yield f"{owner}: the image is {container['image']} in spite of the digest"
    settings = [d["data"] for d in documents if d["kind"] == "ConfigMap" and "default-image" in d["data"]]
    if [setting["default-image"] for setting in settings] != [f"composer/satis@{DIGEST}"]:
        yield f"the image of builds is {settings}"


def check(report):
    for component in COMPONENTS:
        documents, complaints = render_with(components=[component])
        label = component.relative_to(ROOT)
        report.check(f"{label} fits on the base", complaints or findings_of(documents))
    images = [
        {"name": "satis-operator", "newName": "registry.example.org/satis-operator", "digest": DIGEST},
        {"name": "nginxinc/nginx-unprivileged", "digest": DIGEST},
    ]
    setting = {
        "name": "satis-controller",
        "namespace": "satis",
        "behavior": "merge",
        "literals": [f"default-image=composer/satis@{DIGEST}"],
    }
    documents, complaints = render_with(components=COMPONENTS, images=images, configMapGenerator=[setting])
    report.check("every image can be given by digest", complaints or unpinned(documents))
    findings = complaints or list(findings_of(documents)) + sorted(overlay_without_components())
    report.check("all components fit together", findings)


def overlay_without_components():
    """deploy/overlays/production is where they are found."""
    kustomization = yaml.safe_load((ROOT / "deploy" / "overlays" / "production" / "kustomization.yaml").read_text())
    there = {os.path.basename(path) for path in kustomization["components"]}
    return {f"deploy/overlays/production: add {path.name}" for path in COMPONENTS if path.name not in there}
