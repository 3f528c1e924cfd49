"""What README.md and the pages tell users to do, as far as the files that they speak of can tell whether it is right."""

import re

import yaml

import rendered
import serving
from components import findings_of, render_beside
from definitions import ROOT

EXAMPLE = "deploy/example/build.yaml"
COMMIT = re.compile(r"rev-parse|SHA\b|COMMIT", re.IGNORECASE)


def pages():
    for path in [ROOT / "README.md", *sorted((ROOT / "deploy" / "docs").glob("*.md"))]:
        yield path.relative_to(ROOT), path.read_text()


def keys_of_commits():
    """A branch and a tag of one commit are two pushes."""
    found = [(page, key) for page, text in pages() for key in re.findall(r'Idempotency-Key: ([^"]*)"', text)]
    if not found:
        yield "no page shows an Idempotency-Key any more; delete this check"
    for page, key in found:
        if COMMIT.search(key) or "$" not in key:
            yield f"{page}: Idempotency-Key: {key} is the same for several events; take the id of a pipeline"


def misjudged_example():
    """Whoever is told to create the example has to know that it builds one source."""
    if "source" not in yaml.safe_load((ROOT / EXAMPLE).read_text())["spec"]:
        yield f"{EXAMPLE} names no source any more; delete this check"
    for page, text in pages():
        parts = text.split("\n\n")
        for number, part in enumerate(parts):
            # A command alone is explained by what stands above it.
            told = parts[number - 1] + part if part.startswith("    ") else part
            if EXAMPLE in part and "`source`" not in told:
                yield f"{page}: say that {EXAMPLE} builds one source, and everything without `source`: {part.strip()[:60]}"


def of_storage():
    """The patches of storage.md together: they fit, and several web servers stand beside each other."""
    text = (ROOT / "deploy/docs/storage.md").read_text()
    blocks = [re.sub("^    ", "", block, flags=re.MULTILINE) for block in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)]
    patches = [patch for block in blocks if block.startswith("patches:") for patch in yaml.safe_load(block)["patches"]]
    content = {"namespace": "satis", "resources": ["<this checkout>/deploy"], "patches": patches}
    documents, complaints = render_beside(yaml.safe_dump(content))
    yield from complaints or findings_of(documents)
    for judge in serving.JUDGES.values():
        yield from judge(documents)
    web = rendered.of_kind(documents, "Deployment").get("satis-web", {"spec": {"replicas": 0}})
    if web["spec"]["replicas"] < 2:
        yield "storage.md does not say how several web servers share a ReadWriteMany claim"


def check(report):
    report.check("no page takes a commit for the key of a push", keys_of_commits())
    report.check(f"the pages say what {EXAMPLE} builds", misjudged_example())
    report.check("the patches of deploy/docs/storage.md fit together", of_storage())
