"""deploy/docs/fields.md has an example for every field that the resource definitions have, and for no other."""

import blocks
import objects


def of_schema(schema, path=""):
    """The paths of all fields below a schema, without indexes."""
    for name, field in schema.get("properties", {}).items():
        yield f"{path}.{name}"
        yield from of_schema(field.get("items", field), f"{path}.{name}")


def of_value(schema, value, path=""):
    """Those of them that a value has."""
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict):
            continue
        inner = schema.get("items", schema)
        for name, field in inner.get("properties", {}).items():
            if name in item:
                yield f"{path}.{name}"
                yield from of_value(field, item[name], f"{path}.{name}")


def missing(page):
    schemas = {kind: schema["properties"] for kind, schema in objects.schemas().items()}
    wanted, shown = set(), set()
    for kind, schema in schemas.items():
        for part in ("spec", "status"):
            wanted |= set(of_schema(schema[part], f"{kind} {part}"))
    for block in page:
        for document in blocks.documents(block.text):
            for kind, schema in schemas.items():
                # A piece of a spec, a status, or a whole object.
                parts = document if "kind" in document else {"spec": document, **document}
                if parts.get("kind", kind) != kind:
                    continue
                for part in ("spec", "status"):
                    shown |= set(of_value(schema[part], parts.get(part, {}), f"{kind} {part}"))
    for path in sorted(wanted - shown):
        yield f"{path}: give an example"
