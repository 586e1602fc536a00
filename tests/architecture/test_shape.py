"""The shape of the source: short files, names that say something, pages without inline code."""

import re
from html.parser import HTMLParser

from tests.architecture.sources import ROOT, modules, templates

LONGEST = 400
ONE_FILE = "inspection/web/static/verify_draw.py"  # downloaded and read as one, by people who install nothing
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "manager", "data", "info", "misc", "common", "process"}
TOP_LEVEL = {
    "inspection",
    "publicity",
    "registry",
    "seed",
    "tests",
    "LICENSE",
    "Makefile",
    "README.md",
    "pyproject.toml",
    "uv.lock",
}


def test_no_module_is_longer_than_a_sitting() -> None:
    lengths = {
        module.path: module.text.count("\n")
        for module in modules()
        if "/versions/" not in module.path and module.path != ONE_FILE
    }
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_no_module_has_an_empty_name() -> None:
    names = {module.path: set(re.split(r"[/_.]", module.path)) for module in modules()}
    assert [path for path, words in names.items() if words & EMPTY_WORDS] == []


def test_the_top_level_holds_what_a_newcomer_expects_and_nothing_else() -> None:
    made_here = {"build", "dist", "var"}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - made_here == TOP_LEVEL


class _Inline(HTMLParser):
    """Collects what the content security policy would block: inline script and style, and addresses outside."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (
            tag == "script" and "src" not in given and given.get("type") != "application/json"
        ):
            self.found.append(f"<{tag}> at line {self.getpos()[0]}")
        for name, value in given.items():
            if name == "style" or name.startswith("on"):
                self.found.append(f"{name}= at line {self.getpos()[0]}")
            if name in ("src", "action") and re.match(r"(https?:)?//", value or ""):
                self.found.append(f"{value} at line {self.getpos()[0]}")
            if name == "href" and tag == "link" and re.match(r"(https?:)?//", value or ""):
                self.found.append(f"{value} at line {self.getpos()[0]}")


def test_no_page_has_inline_script_or_style_or_an_address_outside() -> None:
    breaches: dict[str, list[str]] = {}
    for path, text in templates().items():
        parser = _Inline()
        parser.feed(text)
        if parser.found:
            breaches[path] = parser.found
    assert breaches == {}
