"""In which language pages speak: what stands in templates outside the catalogue, and what an English page still says in Chinese."""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.pofile import read_po
from flask import Flask, before_render_template
from jinja2 import Environment, Template, meta
from jinja2.ext import babel_extract

import inspection
import publicity
import registry

PACKAGES = [Path(str(package.__file__)).parent for package in (registry, inspection, publicity)]
_ROOT = PACKAGES[0].parent
CATALOGUES = [folder / "web/translations/en/LC_MESSAGES/messages.po" for folder in PACKAGES]
HAN = re.compile("[\u4e00-\u9fff]")
WIDE = re.compile("[\u3001-\u3011\u4e00-\u9fff\uff01-\uff5e]")
"""Chinese characters, and the punctuation that only Chinese text has."""
_JOINTS = re.compile(r" · |[；;]")
"""What our code puts between words that it shows in one line."""
_READ_ALOUD = {"aria-label", "alt", "title", "placeholder"}


@cache
def english() -> dict[str, str]:
    """The English of every message of every catalogue."""
    found: dict[str, str] = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            found |= {str(message.id): str(message.string) for message in read_po(file) if message.id}
    return found


@contextmanager
def rendered(app: Flask) -> Iterator[set[str]]:
    """The names of the templates that answers are made of inside of the `with`."""
    seen: set[str] = set()

    def heard(_app: Flask, template: Template, **_more: object) -> None:
        seen.add(template.name or "")

    with before_render_template.connected_to(heard, app):
        yield seen


def with_parts(environment: Environment, names: set[str]) -> set[str]:
    """These templates with all that they extend, import and include."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        found.add(name)
        tree = environment.parse(_source(environment, name)[0])
        waiting |= {part for part in meta.find_referenced_templates(tree) if part} - found
    return found


def messages(environment: Environment, name: str) -> Iterator[str]:
    """What a template says by catalogue."""
    with Path(_source(environment, name)[1]).open("rb") as file:
        for _line, _function, message, _comments in babel_extract(file, ("_",), [], {"encoding": "utf-8"}):
            # What is filled in comes with it as a tuple; of a title that is passed on, nothing does.
            said = message[0] if isinstance(message, tuple) else message
            if said:
                yield said


def outside_the_catalogue(environment: Environment, name: str) -> Iterator[str]:
    """Chinese in a template that stands outside of `_()`, with its line. Words that the catalogue has may stand in code: they
    are compared there, and translated where they are shown."""
    before: list[str] = []
    for line, kind, value in environment.lex(_source(environment, name)[0]):
        if kind == "data" and WIDE.search(value):
            yield f"{name}:{line} {value.strip()[:60]}"
        elif kind == "string" and WIDE.search(value):
            known = value[1:-1] in english()
            if not known and before[-2:] != ["_", "("]:
                yield f"{name}:{line} {value[:60]}"
        if kind not in ("whitespace", "comment"):
            before.append(value)


def _source(environment: Environment, name: str) -> tuple[str, str]:
    assert environment.loader
    source, filename, _ = environment.loader.get_source(environment, name)
    return source, str(filename)


class _Texts(HTMLParser):
    """What a page says: its texts, and the attributes that are read aloud. Scripts and styles are not."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self.texts.extend(value for name, value in attrs if name in _READ_ALOUD and value)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data.strip())


_REFUSALS = {
    "Changed",
    "Conflict",
    "Fault",
    "FieldFault",
    "Gone",
    "Invalid",
    "NotFound",
    "Refused",
    "Unidentified",
    "_problem",
}


def refusals(patterns: Iterable[str]) -> Iterator[str]:
    """The Chinese sentences that these modules refuse with; what an f-string fills in is in no catalogue, so it is one fault
    of each."""
    for path in (path for pattern in patterns for path in sorted(_ROOT.glob(pattern))):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _called(node.func) in _REFUSALS:
                for one in ast.walk(node):
                    if isinstance(one, ast.Constant) and isinstance(one.value, str) and HAN.search(one.value):
                        yield one.value


def _called(function: ast.expr) -> str:
    """`Invalid` for `Invalid(…)` and for `Invalid.field(…)`."""
    named = function.value if isinstance(function, ast.Attribute) else function
    return named.id if isinstance(named, ast.Name) else ""


def still_chinese(page: str) -> set[str]:
    """What a page says in Chinese that our own code says: whole texts, and the pieces of those that were put together. What was
    recorded is in no module and in no configuration."""
    reader = _Texts()
    reader.feed(page)
    pieces = (piece.strip() for text in reader.texts for piece in (text, *_JOINTS.split(text)))
    return {piece for piece in pieces if HAN.search(piece) and piece in _said_by_code()}


@cache
def _said_by_code() -> frozenset[str]:
    """Every Chinese string of the three packages, as it stands in a module or in a configuration."""
    found: set[str] = set()
    for package in PACKAGES:
        for path in package.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value.strip())
        for path in package.rglob("*.toml"):
            found |= set(_configured(tomllib.loads(path.read_text("utf-8"))))
    return frozenset(said for said in found if HAN.search(said))


def _configured(value: object) -> Iterator[str]:
    """Every text of a configuration."""
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, list):
        for one in value:
            yield from _configured(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _configured(one)
