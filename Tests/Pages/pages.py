"""Runs the pages in turn. Tests/Pages/check runs it; pages.yaml says what a page needs beside its own words."""

import pathlib
import re
import subprocess
import sys
import tempfile
import time

import yaml

import blocks
import cluster
import dryrun
import fields
import links
import overlays
import reasons
from definitions import ROOT
from report import Report
from scene import Scene
from shell import Shell

TABLE = yaml.safe_load(pathlib.Path(__file__).with_name("pages.yaml").read_text())
ALWAYS = ["README.md", "CONTRIBUTING.md"]
DOCS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "deploy/docs").glob("*.md"))

# What README.md says about what remains: the namespace with its claims, what the cluster itself puts there, what the
# reader made, and volumes.
KEPT = {
    ("Namespace", "<none>", "satis"),
    ("PersistentVolumeClaim", "satis", "satis-output"),
    ("PersistentVolumeClaim", "satis", "satis-cache"),
    ("ServiceAccount", "satis", "default"),
    ("ConfigMap", "satis", "kube-root-ca.crt"),
    ("Secret", "satis", "packages-webhook"),
    ("Secret", "satis", "satis-status-page"),
}


class Page:
    """Its blocks, and what the table says about them."""

    def __init__(self, name):
        self.name = name
        self.blocks = list(blocks.read(name, (ROOT / name).read_text()))
        self.table = TABLE["pages"].get(name) or {}

    def entry(self, kind, block):
        """What the table says about one block."""
        return next((entry for entry in self.table.get(kind, []) if entry["block"] in block.text), None)

    def idle(self):
        """Entries of the table that stand for no block any more."""
        for kind in ("steps", "listed"):
            for entry in self.table.get(kind, []):
                if not any(entry["block"] in block.text for block in self.blocks):
                    yield f"pages.yaml, {kind}: no block has {entry['block']!r}"

    def run(self, report, scene):
        report.check(f"{self.name}: whatever pages.yaml says is about a block", self.idle())
        report.check(f"{self.name}: links lead somewhere", links.broken(self.name))
        started = time.monotonic()
        shell = Shell(scene.checkout, scene.environment())
        for block in self.blocks:
            if not self.entry("listed", block):
                report.check(block.name, self.findings(block, shell, scene))
        print(f"        {self.name}: {time.monotonic() - started:.0f} s", flush=True)

    def findings(self, block, shell, scene):
        kind = blocks.kind_of(block.text)
        if kind == blocks.SHELL:
            return self.command(block, shell, scene)
        if kind == blocks.QUERY:
            return queries(block.text)
        if kind == blocks.JSON:
            return []
        if kind == blocks.UNKNOWN:
            return ["it can be neither run nor checked: list it in pages.yaml, with the reason and what tests it"]
        return list(getattr(dryrun, kind)(block.text))

    def command(self, block, shell, scene):
        step = self.entry("steps", block) or {}
        text = scene.stand_in(blocks.commands(block.text))
        for word, value in step.get("replace", {}).items():
            text = re.sub(rf"\b{word}\b", lambda _: value, text)
        findings = shell.run(step.get("before", "") + "\n" + text)
        for wanted in step.get("shows", []):
            if not findings and not re.search(wanted, shell.output):
                findings.append(f"it does not show {wanted!r} but: {shell.output[-1500:]}")
        return findings or cluster.until(cluster.unrest)


def queries(text):
    rules = [{"record": f"query:{number}", "expr": line} for number, line in enumerate(text.splitlines()) if line]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}, file)
        file.flush()
        command = [str(ROOT / "Tests/Metrics/promtool"), "check", "rules", file.name]
        result = subprocess.run(command, capture_output=True, text=True)
    return [(result.stdout + result.stderr).strip()] if result.returncode else []


def kept(kind, namespace, name):
    token = kind == "Secret" and namespace == "satis" and name.startswith("default-token-")
    return token or kind == "PersistentVolume" or (kind, namespace, name) in KEPT


def main(chosen):
    report = Report()
    pages = {name: Page(name) for name in [*ALWAYS, *DOCS]}
    report.check("pages.yaml names pages that are there", (n for n in TABLE["pages"] if n not in pages))
    report.check("every page is in the table of contents", links.unreachable(DOCS))
    report.check("every field has an example", fields.missing(pages["deploy/docs/fields.md"].blocks))
    report.check("every reason is explained", reasons.unexplained())
    pages = {name: page for name, page in pages.items() if not chosen or name in chosen}

    cluster.empty()
    before = cluster.everything()
    try:
        with Scene() as scene:
            story(report, scene, pages, before)
            cluster.empty()
            if not chosen or "overlays" in chosen:
                overlays.check(report, scene, before)
    finally:
        cluster.empty()
        cluster.restore()
    report.finish("pages")


def story(report, scene, pages, before):
    """README.md from an empty cluster to an empty one; the other pages beside an operator that is there."""
    if readme := pages.pop("README.md", None):
        readme.run(report, scene)
        left = cluster.until(lambda: cluster.added(before, kept), seconds=120)
        report.check("README.md: taking it away leaves nothing but the volumes and what the reader made", left)
    if pages:
        shell = Shell(scene.checkout, scene.environment())
        findings = shell.run(TABLE["install"]) or cluster.until(cluster.unrest)
        report.check("it can be installed where its volumes are", findings)
    for page in pages.values():
        page.run(report, scene)


main(sys.argv[1:])
