"""The checklists (检查表) of matters, read from checklists.toml; offices may change them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from inspection.visits import codes


@dataclass(frozen=True)
class Item:
    """What is looked at, and the law that asks for it; `proposes` are finding codes where it is not kept."""

    code: str
    text: str
    basis: str
    proposes: tuple[str, ...]
    retired: bool = False


@dataclass(frozen=True)
class Checklist:
    code: str
    version: str
    title: str
    matters: frozenset[str]
    kinds: frozenset[str]
    items: Mapping[str, Item]

    @property
    def asked(self) -> list[Item]:
        """What is looked at today; retired items stay for the answers that they once got."""
        return [item for item in self.items.values() if not item.retired]


@dataclass(frozen=True)
class Checklists:
    lists: Sequence[Checklist]
    answers: Mapping[str, str]
    """The titles of what may be answered, by code."""

    def of(self, matter: str, kind: str) -> Checklist:
        """The list for a matter's code, else for the kind of its objects, else the general one, which is the last."""
        fitting = [one for one in self.lists if matter in one.matters]
        fitting += [one for one in self.lists if kind in one.kinds]
        return (*fitting, self.lists[-1])[0]


@cache
def table() -> Checklists:
    """Raises ValueError for a list that proposes a finding which findings.toml has not, or tells an item twice."""
    document = tomllib.loads((files("inspection.visits.fieldwork") / "checklists.toml").read_text("utf-8"))
    lists = [_checklist(entry) for entry in document["checklist"]]
    proposed = {code for one in lists for item in one.items.values() for code in item.proposes}
    if unknown := proposed - set(codes.table().findings):
        raise ValueError(f"checklists.toml proposes unknown findings: {sorted(unknown)}")
    return Checklists(lists, {entry["code"]: entry["title"] for entry in document["answer"]})


def _checklist(entry: Mapping[str, Any]) -> Checklist:
    items = [Item(**{**one, "proposes": tuple(one["proposes"])}) for one in entry["item"]]
    by_code = {item.code: item for item in items}
    if len(by_code) < len(items):
        raise ValueError(f"checklists.toml: {entry['code']} tells an item twice")
    return Checklist(
        code=entry["code"],
        version=entry["version"],
        title=entry["title"],
        matters=frozenset(entry["matters"]),
        kinds=frozenset(entry["kinds"]),
        items=by_code,
    )
