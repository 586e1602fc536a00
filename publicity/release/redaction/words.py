"""The kinds and words of redaction.toml and names.toml. Pure."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_FILE = tomllib.loads(Path(__file__).with_name("redaction.toml").read_text("utf-8"))
_NAMES = tomllib.loads(Path(__file__).with_name("names.toml").read_text("utf-8"))


class Kind(NamedTuple):
    """What is covered and why. `always`: no ground lets it be public, so a proposal can only be confirmed."""

    title: str
    mask: str
    ground: str
    always: bool


KINDS: Mapping[str, Kind] = {
    code: Kind(kind["title"], kind["mask"], kind["ground"], kind.get("always", False))
    for code, kind in _FILE["kinds"].items()
}
"""In the order in which they win where two overlap."""
WRITTEN: Mapping[str, tuple[str, ...]] = {kind: tuple(codes) for kind, codes in _FILE["columns"].items()}
"""By kind of notice, the columns that people wrote themselves."""
WRITTEN_DETAIL: tuple[str, ...] = tuple(_FILE["detail"]["names"])
"""The same of a fact's detail, whatever its kind."""

ROLES: tuple[str, ...] = tuple(_NAMES["roles"])
MINORS: tuple[str, ...] = tuple(_NAMES["minors"])
BETWEEN: tuple[str, ...] = tuple(_NAMES["between"])
SURNAMES = frozenset[str](_NAMES["surnames"].strip())
COMPOUND: tuple[str, ...] = tuple(_NAMES["compound"])
AMBIGUOUS = frozenset[str](_NAMES["ambiguous"])
AFTER = frozenset[str](_NAMES["after"])
NEVER: tuple[str, ...] = tuple(_NAMES["never"])
