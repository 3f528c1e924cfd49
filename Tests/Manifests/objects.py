"""The examples, and a table of good and bad objects, against the schemas of the resource definitions."""

import copy
import pathlib
import re

import jsonschema
import yaml

import rules
from definitions import ROOT, load, schema_of
from schemas import validate

TABLE = pathlib.Path(__file__).with_name("objects.yaml")


def schemas():
    return {definition["spec"]["names"]["kind"]: schema_of(definition) for definition in load().values()}


def closed(schema):
    """The schema, taking no field that it does not describe, where a server would drop such a field silently."""
    result = copy.deepcopy(schema)

    def close(field):
        if "properties" in field:
            field["additionalProperties"] = False
            for child in field["properties"].values():
                close(child)
        if "items" in field:
            close(field["items"])

    close(result)
    result["properties"]["metadata"] = {"type": "object"}
    return result


def repeated(schema, value, path=""):
    """Items that a set or map holds twice, which JSON Schema cannot say."""
    if isinstance(value, dict):
        for name, field in schema.get("properties", {}).items():
            if name in value:
                yield from repeated(field, value[name], f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for item in value:
            yield from repeated(schema["items"], item, path + "[]")
        if schema.get("x-kubernetes-list-type") in ("map", "set"):
            keys = schema.get("x-kubernetes-list-map-keys")
            names = [tuple(item.get(key) for key in keys) if keys else item for item in value]
            if len(set(names)) < len(names):
                yield f"{path}: holds an item twice"


def refusals(schema, document, before=None):
    """Why a server refuses the document: the schema's reasons and the rules' messages."""
    for error in jsonschema.Draft202012Validator(closed(schema)).iter_errors(document):
        yield f"{'.'.join(str(part) for part in error.path)}: {error.message[:300]}"
    yield from repeated(schema, document)
    yield from rules.broken(schema, document, before)


def table():
    """The cases, each with its whole object (and the one before, where it is an update)."""
    document = yaml.safe_load(TABLE.read_text())
    for case in document["cases"]:
        kind = case["kind"]
        whole = {"apiVersion": "satis.dev/v1alpha1", "kind": kind, "metadata": {"name": "case"}}
        base = document["base"][kind]
        case["object"] = {**whole, "spec": {**base, **case["spec"]}}
        case["old"] = {**whole, "spec": {**base, **case["from"]}} if "from" in case else None
        yield case


def unexpected(case, reasons):
    """What a case says about refusals, compared with the reasons that were given."""
    wanted = case.get("refused")
    if wanted is None:
        for reason in reasons:
            yield f"refused: {reason}"
    elif not any(re.search(wanted, reason) for reason in reasons):
        yield f"not refused by anything that matches {wanted!r}; what was said: {reasons or 'nothing'}"


def check(report):
    known = schemas()
    for path in sorted((ROOT / "deploy" / "example").glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            name = f"{path.relative_to(ROOT)}: {document['kind']} is valid"
            if document["kind"] in known:
                report.check(name, refusals(known[document["kind"]], document))
            else:
                report.check(name, validate(document, "1.37"))
    for case in table():
        reasons = list(refusals(known[case["kind"]], case["object"], case["old"]))
        report.check(f"{case['kind']}: {case['case']}", unexpected(case, reasons))
