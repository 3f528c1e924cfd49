"""Derives crds/legacy (Kubernetes 1.20 to 1.28) from crds: the same schemas without what those servers lack."""

import difflib
import pathlib
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMAND = "Tests/Manifests/check --update"

# CEL came as beta with 1.25 and for good with 1.29; kubectl refuses to send it to a server that does not know it.
LACKING = {"x-kubernetes-validations"}

HEADER = "# Generated from crds/{name} for Kubernetes 1.20 to 1.28. Change that file, then run\n# {command}\n"


def without_lacking(value):
    """The parsed document without the keys that old servers lack: what the generated text has to mean."""
    if isinstance(value, dict):
        return {key: without_lacking(item) for key, item in value.items() if key not in LACKING}
    if isinstance(value, list):
        return [without_lacking(item) for item in value]
    return value


def lines_of_lacking(node):
    """The ranges of lines, end excluded, that hold such keys with their values."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in LACKING:
                yield range(key.start_mark.line, value.end_mark.line)
            else:
                yield from lines_of_lacking(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from lines_of_lacking(item)


def legacy(name, text):
    """Cuts lines rather than dumping the parsed document, so that the two files differ by nothing else."""
    cut = {number for lines in lines_of_lacking(yaml.compose(text)) for number in lines}
    kept = [line for number, line in enumerate(text.splitlines(keepends=True)) if number not in cut]
    result = HEADER.format(name=name, command=COMMAND) + "".join(kept)
    if yaml.safe_load(result) != without_lacking(yaml.safe_load(text)):
        sys.exit(f"crds/{name}: give each of {', '.join(LACKING)} lines of its own, so that they can be cut out")
    return result


def wanted():
    return {path.name: legacy(path.name, path.read_text()) for path in sorted((ROOT / "crds").glob("*.yaml"))}


def present():
    return {path.name: path.read_text() for path in sorted((ROOT / "crds" / "legacy").glob("*.yaml"))}


def differences():
    """The lines that have to go and to come, and the command that does it; nothing when all is well."""
    old, new = present(), wanted()
    if old == new:
        return
    for name in sorted(old.keys() | new.keys()):
        lines = (text.get(name, "").splitlines() for text in (old, new))
        yield from difflib.unified_diff(*lines, f"crds/legacy/{name}", "what crds gives", n=1, lineterm="")
    yield f"run `{COMMAND}` and commit the result"


def write():
    target = ROOT / "crds" / "legacy"
    target.mkdir(exist_ok=True)
    texts = wanted()
    for name in present().keys() - texts.keys():
        (target / name).unlink()
    for name, text in texts.items():
        (target / name).write_text(text)
