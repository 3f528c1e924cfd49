"""Blocks of YAML: put before the server without keeping anything, and before the rules of newer servers."""

import json
import pathlib
import tempfile

import yaml

import blocks
import cluster
import objects
import rendered
from definitions import ROOT
from schemas import validate

SMALLEST = {
    "SatisRepository": {
        "config": {"inline": '{"name": "acme/packages", "homepage": "https://packages.example.org"}'},
        "output": {"claimName": "satis-output"},
    },
    "SatisBuild": {"repositoryRef": {"name": "packages"}},
}


def whole(kind, fragment):
    """An object with a part of a spec."""
    return {
        "apiVersion": "satis.dev/v1alpha1",
        "kind": kind,
        "metadata": {"generateName": "pages-", "namespace": "satis"},
        "spec": {**SMALLEST[kind], **fragment},
    }


def refusals(document):
    schemas = objects.schemas()
    if document["kind"] in schemas:
        yield from objects.refusals(schemas[document["kind"]], document)
    else:
        yield from validate(document, "1.37")
    verb = "create" if "generateName" in document["metadata"] else "apply"
    try:
        cluster.kubectl("-n", "satis", verb, "--dry-run=server", "-f", "-", given=json.dumps(document))
    except cluster.Refused as refused:
        yield str(refused)


def manifest(text):
    for document in blocks.documents(text):
        yield from refusals(document)


def fragment(text):
    """Accepted as a part of one of the two specs."""
    part = blocks.documents(text)[0]
    findings = []
    for kind, known in blocks.spec_keys().items():
        if part.keys() <= known:
            found = list(refusals(whole(kind, part)))
            if not found:
                return []
            findings += found
    return findings


def status(text):
    """Fields that are there, with values that they may have; nobody but the controller writes them."""
    part = blocks.documents(text)[0]
    findings = []
    for kind, schema in objects.schemas().items():
        document = {**whole(kind, {}), **part}
        found = list(objects.refusals(schema, document))
        if not found:
            return []
        findings += found
    return findings


def kustomization(text):
    """It can be built, and what it says takes effect."""
    for words, value in (("<this checkout>", "CHECKOUT"), ("<your registry>", "registry.example.org")):
        text = text.replace(words, value)
    part = blocks.documents(text)[0]
    # A part is what somebody adds to a kustomization of their own.
    base = {"namespace": "satis", "resources": ["CHECKOUT/deploy"]}
    plain, findings = build(base)
    changed, complaints = build({**base, **part})
    findings += complaints
    for document in changed:
        if document["apiVersion"].startswith("satis.dev") or document["kind"] in {"PodMonitor", "PrometheusRule"}:
            continue
        findings += validate(document, "1.37")
    if changed == plain:
        findings.append("it changes nothing in what deploy/ gives")
    return findings


def build(content):
    """What kustomize makes of a kustomization; paths are taken from the folder where it lies."""
    with tempfile.TemporaryDirectory(prefix="satis-pages.") as folder:
        # kustomize takes no absolute paths.
        up = "/".join([".."] * (len(pathlib.Path(folder).parts) - 1)) + str(ROOT)
        text = yaml.safe_dump(content).replace("CHECKOUT", up)
        (pathlib.Path(folder) / "kustomization.yaml").write_text(text)
        return rendered.render(folder)
