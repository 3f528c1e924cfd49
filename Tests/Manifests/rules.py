"""The CEL rules of the schemas, evaluated as an API server does: once for each value that is present."""

import functools

import celpy
from celpy.adapter import json_to_cel


class DoesNotCompile(Exception):
    pass


@functools.lru_cache(maxsize=None)
def program(rule):
    environment = celpy.Environment()
    try:
        return environment.program(environment.compile(rule))
    except celpy.CELParseError as error:
        raise DoesNotCompile(str(error).splitlines()[0]) from error


def holds(rule, value, old):
    return bool(program(rule).evaluate({"self": json_to_cel(value), "oldSelf": json_to_cel(old)}))


def broken(schema, value, old=None, path=""):
    """The messages of the rules that do not hold. A rule about oldSelf speaks of updates only."""
    for rule in schema.get("x-kubernetes-validations", []):
        if "oldSelf" in rule["rule"] and old is None:
            continue
        if not holds(rule["rule"], value, old):
            yield f"{path}: {rule['message']}"
    if isinstance(value, dict):
        for name, field in schema.get("properties", {}).items():
            if name in value:
                before = old.get(name) if isinstance(old, dict) else None
                yield from broken(field, value[name], before, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        # Items of a list are not matched with those of before: no rule here speaks of an item's past.
        for item in value:
            yield from broken(schema["items"], item, None, path + "[]")
