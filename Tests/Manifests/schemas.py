"""Objects of Kubernetes' own kinds against the schemas of a version of Kubernetes."""

import functools
import json
import pathlib
import sys

import jsonschema
import kubernetes_validate

# Kinds that no Kubernetes has by itself; alerts.py looks at them.
FOREIGN = {"monitoring.coreos.com/v1"}

# Where lib.sh puts the schemas of the oldest version, in a form that kubernetes_validate reads no more.
OLDEST = "1.20"
OLD_SCHEMAS = pathlib.Path(sys.prefix) / f"kubernetes-{OLDEST}"


def validate(document, version):
    """Findings; unknown fields are among them, since a server would silently drop what is misspelt."""
    if document["apiVersion"] in FOREIGN:
        return
    try:
        if version == OLDEST:
            validate_oldest(document)
        else:
            kubernetes_validate.validate(document, version, strict=True)
    except jsonschema.ValidationError as error:
        path = ".".join(str(part) for part in error.path)
        yield f"{document['kind']} {document['metadata']['name']}: {path}: {error.message[:300]}"
    except kubernetes_validate.SchemaNotFoundError as error:
        yield f"{document['kind']} {document['metadata']['name']}: {error.message}"


def validate_oldest(document):
    group, _, api_version = document["apiVersion"].rpartition("/")
    name = "-".join(filter(None, [document["kind"].lower(), group.split(".")[0], api_version]))
    try:
        schema = json.loads((OLD_SCHEMAS / f"{name}.json").read_text())
    except FileNotFoundError:
        raise kubernetes_validate.SchemaNotFoundError(document["kind"], OLDEST, document["apiVersion"]) from None
    whole = {"$ref": schema["$ref"].removeprefix("_definitions.json"), "definitions": old_definitions()}
    jsonschema.Draft7Validator(whole).validate(document)


@functools.lru_cache(maxsize=None)
def old_definitions():
    return json.loads((OLD_SCHEMAS / "_definitions.json").read_text())["definitions"]
