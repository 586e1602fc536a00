"""The project's own source files, read as text and as syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("registry", "inspection", "publicity", "seed")


@dataclass(frozen=True)
class Module:
    path: str
    text: str
    tree: ast.Module


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python file below `folders` (all packages when none is named), by its path from the root."""
    found = (path for folder in folders or PACKAGES for path in sorted((ROOT / folder).rglob("*.py")))
    texts = ((path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in found)
    return tuple(Module(path, text, ast.parse(text, path)) for path, text in texts)


def imports(tree: ast.Module) -> Iterator[str]:
    """The full names of what a module imports, wherever in it the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def calls(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Everything that is called, with its line: `session.commit()` gives `commit()`, `conduct.commit(x)` `commit(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            yield name + ("(…)" if node.args or node.keywords else "()"), node.lineno


def templates() -> dict[str, str]:
    """Every page template by its path from the root."""
    found = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("templates/**/*.html")))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in found}
