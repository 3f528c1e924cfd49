"""Each component of deploy/components on top of the base, and what a user's own kustomization adds to that."""

import os
import pathlib
import re
import tempfile

import yaml

import rendered
from definitions import ROOT

COMPONENTS = sorted(path.parent for path in (ROOT / "deploy" / "components").glob("*/kustomization.yaml"))

# Of nothing: only its form counts.
DIGEST = "sha256:" + 32 * "a5"


def render_beside(content):
    """A kustomization as a user has it, outside of this checkout, which `content` calls <this checkout>."""
    with tempfile.TemporaryDirectory() as folder:
        text = content.replace("<this checkout>", os.path.relpath(ROOT, os.path.realpath(folder)))
        pathlib.Path(folder, "kustomization.yaml").write_text(text.replace("<your registry>", "registry.example.org"))
        return rendered.render(folder)


def render_with(components, **more):
    paths = [f"<this checkout>/{path.relative_to(ROOT)}" for path in components]
    content = {"namespace": "satis", "resources": ["<this checkout>/deploy"], "components": paths, **more}
    return render_beside(yaml.safe_dump(content))


def of_the_readme():
    """Its kustomization, once alone and once with each patch that it offers, which has to change something."""
    text = (ROOT / "README.md").read_text().partition("## Install it")[2].partition("\n## ")[0]
    blocks = [re.sub("^    ", "", block, flags=re.MULTILINE) for block in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)]
    (kustomization,) = [block for block in blocks if block.startswith("# kustomization.yaml")]
    patches = [block for block in blocks if block.startswith("patches:")]
    plain, complaints = render_beside(kustomization)
    yield from complaints or findings_of(plain)
    if not patches:
        yield "there are no patches any more; delete their check"
    for patch in patches:
        documents, complaints = render_beside(kustomization + patch)
        yield from complaints or findings_of(documents)
        if documents == plain:
            yield f"this changes nothing: {patch}"


def findings_of(documents):
    for version in rendered.VERSIONS:
        yield from rendered.invalid(documents, version)
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
        documents, complaints = render_with([component])
        label = component.relative_to(ROOT)
        report.check(f"{label} fits on the base", complaints or findings_of(documents))
    images = [
        {"name": "satis-operator", "newName": "registry.example.org/satis-operator", "digest": DIGEST},
        {"name": "nginxinc/nginx-unprivileged", "digest": DIGEST},
    ]
    setting = {
        "name": "satis-controller",
        "behavior": "merge",
        "literals": [f"default-image=composer/satis@{DIGEST}"],
    }
    documents, complaints = render_with(COMPONENTS, images=images, configMapGenerator=[setting])
    report.check("every image can be given by digest", complaints or unpinned(documents))
    findings = complaints or list(findings_of(documents)) + sorted(overlay_without_components())
    report.check("all components fit together", findings)
    report.check("the kustomization of the README and its patches do something", of_the_readme())


def overlay_without_components():
    """deploy/overlays/production is where they are found."""
    kustomization = yaml.safe_load((ROOT / "deploy" / "overlays" / "production" / "kustomization.yaml").read_text())
    there = {os.path.basename(path) for path in kustomization["components"]}
    return {f"deploy/overlays/production: add {path.name}" for path in COMPONENTS if path.name not in there}
