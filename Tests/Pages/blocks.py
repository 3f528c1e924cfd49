"""The code blocks of a page, and what each of them is by its content."""

import dataclasses
import json
import re
import shutil
import subprocess

import yaml

import objects

SHELL, MANIFEST, FRAGMENT, STATUS = "shell", "manifest", "fragment", "status"
KUSTOMIZATION, JSON, QUERY, UNKNOWN = "kustomization", "json", "query", "unknown"

KUSTOMIZATION_KEYS = {"namespace", "resources", "components", "images", "patches", "configMapGenerator"}


@dataclasses.dataclass
class Block:
    page: str
    line: int
    text: str

    @property
    def name(self):
        first = next(line for line in self.text.splitlines() if line.strip())
        return f"{self.page}:{self.line} {first[:70]}"


def read(page, text):
    """Indented blocks and fenced ones."""
    lines, fence, start, held = text.splitlines() + [""], None, 0, []
    for number, line in enumerate(lines, 1):
        if fence:
            if line.strip() == fence:
                yield Block(page, start, "\n".join(held) + "\n")
                fence, held = None, []
            else:
                held.append(line)
        elif line.startswith("```"):
            fence, start = "```", number + 1
        elif line.startswith("    ") and (held or not lines[number - 2].strip()):
            start = start if held else number
            held.append(line[4:])
        elif held and not line.strip() and lines[number : number + 1] and lines[number].startswith("    "):
            held.append("")
        elif held:
            yield Block(page, start, "\n".join(held) + "\n")
            held = []


def commands(text):
    """Of a block that shows output too, the lines after a prompt; else all of it."""
    prompted = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
    return "\n".join(prompted) + "\n" if prompted else text


def documents(text):
    """The YAML documents of a block, or nothing where it is no YAML of objects."""
    try:
        found = [document for document in yaml.safe_load_all(text) if document is not None]
    except yaml.YAMLError:
        return []
    return found if all(isinstance(document, dict) for document in found) else []


def spec_keys():
    return {kind: set(schema["properties"]["spec"]["properties"]) for kind, schema in objects.schemas().items()}


def kind_of(text):
    found = documents(text)
    if found and text.lstrip().startswith("{"):
        return JSON if is_json(text) else UNKNOWN
    if found and all("apiVersion" in document for document in found):
        return KUSTOMIZATION if found[0]["kind"] == "Kustomization" else MANIFEST
    if len(found) == 1:
        keys = set(found[0])
        if keys == {"status"}:
            return STATUS
        if any(keys <= fields for fields in spec_keys().values()):
            return FRAGMENT
        if keys <= KUSTOMIZATION_KEYS:
            return KUSTOMIZATION
    if re.match(r"(sum|increase|rate|max|min|histogram_quantile|satis_\w+)\b.*[({\[]", text):
        return QUERY
    return SHELL if is_shell(commands(text)) else UNKNOWN


def is_json(text):
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    return True


def is_shell(text):
    """Whether bash can read it, and its first word is a command here."""
    words = re.findall(r"^\s*(?:\w+=\S*\s+)*([\w./-]+)", text, re.MULTILINE)
    if not words or subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True).returncode:
        return False
    return bool(shutil.which(words[0])) or words[0] in {"cd", "export", "for", "if", "read"}
