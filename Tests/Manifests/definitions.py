"""The resource definitions: every field explained and bounded, every list typed, every column on a field."""

import pathlib
import re

import jsonschema
import yaml

import rules
from schemas import validate

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Kubernetes sets these itself and takes no other description of metadata.
GIVEN = {"metadata"}

# What may be empty: the value of a variable, a label or an annotation. Any other empty text is a slip; to say nothing is to leave a field out.
MAY_BE_EMPTY = {
    "spec.build.env[].value",
    "spec.podTemplate.nodeSelector{}",
    "spec.podTemplate.labels{}",
    "spec.podTemplate.annotations{}",
}

# What is handed on as it is, in the form that Kubernetes itself gives it.
OPAQUE = {"spec.podTemplate.affinity"}

# The validation without a type that a structural schema may hold beside its fields.
ALTERNATIVES = ("oneOf", "anyOf", "allOf")


def load(folder="crds"):
    """The definitions of a folder by file name."""
    return {str(path.relative_to(ROOT)): yaml.safe_load(path.read_text()) for path in sorted((ROOT / folder).glob("*.yaml"))}


def schema_of(definition):
    return definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def fields(schema, path=""):
    """Each field with its path, as in spec.build.env[].name."""
    yield path, schema
    for name, field in schema.get("properties", {}).items():
        if path or name not in GIVEN:
            yield from fields(field, f"{path}.{name}" if path else name)
    if "items" in schema:
        yield from fields(schema["items"], path + "[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from fields(schema["additionalProperties"], path + "{}")


def unexplained(schema):
    for path, field in fields(schema):
        text = field.get("description", "")
        if not text.endswith("."):
            yield f"{path or 'the kind'}: add a description that ends with a full stop"


def unbounded(schema):
    for path, field in fields(schema):
        kind = field.get("type")
        if kind == "string" and path not in ("apiVersion", "kind"):
            if not ("maxLength" in field or "enum" in field or field.get("format") == "date-time"):
                yield f"{path}: add maxLength, an enum or the format date-time"
            elif "maxLength" in field and field.get("minLength", 0) < 1 and path not in MAY_BE_EMPTY:
                yield f"{path}: add a minLength of at least 1"
        elif kind == "integer":
            if field.get("format") not in ("int32", "int64"):
                yield f"{path}: add the format int32 or int64"
            if "minimum" not in field:
                yield f"{path}: add a minimum"
        elif kind == "array":
            if "maxItems" not in field:
                yield f"{path}: add maxItems"
        elif kind == "object":
            if isinstance(field.get("additionalProperties"), dict):
                if "maxProperties" not in field:
                    yield f"{path}: add maxProperties"
            elif "properties" not in field and path not in OPAQUE:
                yield f"{path}: add properties; the server cuts off what no property describes"
        elif field.get("x-kubernetes-int-or-string"):
            if "pattern" not in field or "maxLength" not in field:
                yield f"{path}: add pattern and maxLength"
        elif kind not in ("string", "boolean"):
            yield f"{path}: add a type"


def untyped_lists(schema):
    for path, field in fields(schema):
        if field.get("type") != "array":
            continue
        kind = field.get("x-kubernetes-list-type")
        if kind not in ("map", "set", "atomic"):
            yield f"{path}: add x-kubernetes-list-type, so that server-side apply knows how to merge it"
        for key in field.get("x-kubernetes-list-map-keys", []):
            if key not in field["items"].get("required", []):
                yield f"{path}: make the key {key} of its items required"
        if kind == "map" and not field.get("x-kubernetes-list-map-keys"):
            yield f"{path}: add x-kubernetes-list-map-keys"


def unknown_names(schema):
    for path, field in fields(schema):
        names = field.get("properties", {}).keys()
        wanted = set(field.get("required", []))
        for keyword in ALTERNATIVES:
            for alternative in field.get(keyword, []):
                wanted |= set(alternative.get("required", []))
        for name in sorted(wanted - names):
            yield f"{path}: {name} is required and is no field"


def unusable_values(schema):
    """Defaults and enums that their own field refuses, and patterns that do not compile."""
    for path, field in fields(schema):
        try:
            re.compile(field.get("pattern", ""))
        except re.error as error:
            yield f"{path}: the pattern does not compile: {error}"
            continue
        if "default" in field:
            for error in jsonschema.Draft202012Validator(field).iter_errors(field["default"]):
                yield f"{path}: the default is refused: {error.message}"


def unusable_rules(schema):
    for path, field in fields(schema):
        for rule in field.get("x-kubernetes-validations", []):
            if not rule.get("message"):
                yield f"{path}: add a message that says what to do to the rule {rule['rule']}"
            try:
                rules.program(rule["rule"])
            except rules.DoesNotCompile as error:
                yield f"{path}: the rule {rule['rule']} does not compile: {error}"


def columns_without_field(definition):
    paths = {re.sub(r"\[\]", "", path) for path, _ in fields(schema_of(definition))} | {"metadata.creationTimestamp"}
    for column in definition["spec"]["versions"][0]["additionalPrinterColumns"]:
        if "description" not in column:
            yield f"column {column['name']}: add a description"
        path = re.sub(r"\[[^]]*\]", "", column["jsonPath"]).removeprefix(".")
        if path not in paths:
            yield f"column {column['name']}: {column['jsonPath']} names no field"


def without_status(definition):
    names = definition["spec"]["names"]
    if "satis" not in names.get("categories", []):
        yield "add the category satis"
    if not names.get("shortNames"):
        yield "add a short name"
    if "status" not in definition["spec"]["versions"][0].get("subresources", {}):
        yield "add the subresource status"


def check(report):
    for folder, versions in (("crds", ("1.29", "1.37")), ("crds/legacy", ("1.25", "1.28"))):
        for name, definition in load(folder).items():
            for version in versions:
                report.check(f"{name} is valid for Kubernetes {version}", validate(definition, version))
    for name, definition in load().items():
        schema = schema_of(definition)
        count = sum(1 for _ in fields(schema))
        report.check(f"{name}: all {count} fields are described", unexplained(schema))
        report.check(f"{name}: every value is bounded", unbounded(schema))
        report.check(f"{name}: every list has a type", untyped_lists(schema))
        report.check(f"{name}: what is required exists", unknown_names(schema))
        report.check(f"{name}: defaults fit and patterns compile", unusable_values(schema))
        report.check(f"{name}: rules compile and say what to do", unusable_rules(schema))
        report.check(f"{name}: every column prints a field", columns_without_field(definition))
        report.check(f"{name}: status, short name and category", without_status(definition))
