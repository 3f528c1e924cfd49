"""What pages refer to: files that are there, and headings that are in them."""

import re

from definitions import ROOT

OUTSIDE = ("http://", "https://", "mailto:")


def anchors(text):
    """As GitHub names the headings."""
    for heading in re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def without_code(text):
    return re.sub(r"^(    .*|```[\s\S]*?^```)$", "", text, flags=re.MULTILINE)


def broken(page):
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text)):
        if target.startswith(OUTSIDE):
            continue
        file, _, anchor = target.partition("#")
        path = ROOT / page if not file else (ROOT / page).parent / file
        if not path.exists():
            yield f"{target}: there is no such file"
        elif anchor and anchor not in set(anchors(path.read_text())):
            yield f"{target}: there is no such heading"


def unreachable(pages):
    """Pages that the table of contents does not name."""
    contents = (ROOT / "deploy/docs/README.md").read_text()
    for page in pages:
        name = page.removeprefix("deploy/docs/")
        if name != page and name != "README.md" and f"({name})" not in contents:
            yield f"{page}: deploy/docs/README.md has no link to it"
