"""What changed between two versions of a text, as people read it. Pure.

Chinese is compared by character, numbers and Latin words whole. What two changes leave standing between them is said
again when it is shorter than a word: a line of single characters struck and added reads as noise.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Sort = Literal["same", "gone", "new"]

_TOKENS = re.compile(r"[0-9０-９.,%％]+|[A-Za-z]+|\s+|.", re.DOTALL)
_WORD = 2
"""Characters that have to stand unchanged between two changes to count as unchanged."""


class Piece(NamedTuple):
    sort: Sort
    text: str


class Change(NamedTuple):
    """A text that differs, by its path."""

    path: str
    pieces: Sequence[Piece]


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[Change]:
    """The texts that differ, in the order of the later version, then those that went."""
    paths = [*now, *(path for path in before if path not in now)]
    return [
        Change(path, compare(before.get(path, ""), now.get(path, "")))
        for path in paths
        if before.get(path, "") != now.get(path, "")
    ]


def compare(before: str, now: str) -> list[Piece]:
    """Pieces that give `before` when the new ones are left out, and `now` when those that went are.

    Between two unchanged pieces stands at most one that went and one that is new, in this order.
    """
    old, new = _TOKENS.findall(before), _TOKENS.findall(now)
    pieces: list[Piece] = []
    gone = came = ""
    for sort, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        was, is_ = "".join(old[a:b]), "".join(new[c:d])
        between = b < len(old) and d < len(new) and bool(gone or came)
        if sort == "equal" and not (between and len(was) < _WORD):
            pieces += [*_changed(gone, came), Piece("same", was)]
            gone = came = ""
        else:
            gone, came = gone + was, came + is_
    return [*pieces, *_changed(gone, came)]


def _changed(gone: str, came: str) -> Iterator[Piece]:
    if gone:
        yield Piece("gone", gone)
    if came:
        yield Piece("new", came)
