"""The inspectors of a frame as people read it, and what is other than in the last one. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Sitter(NamedTuple):
    """One inspector of a frame. `ground` is None for those who may be sent; `recused` are the units kept from."""

    certificate: str
    lead: bool
    status: str
    ground: str | None
    recused: tuple[str, ...]


class SitterChange(NamedTuple):
    """An inspector who stands otherwise than in the last frame; None where there is no such inspector."""

    certificate: str
    was: Sitter | None
    now: Sitter | None


def sitters(document: Mapping[str, Any]) -> list[Sitter]:
    return [
        Sitter(one["id"], one["lead"], one["status"], one["ground"], tuple(one["recused"]))
        for one in document["inspectors"]
    ]


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], *, by_number: bool
) -> Sequence[SitterChange]:
    """By certificate: who is new, gone, excluded, let in, or kept from other units. Pseudonyms of two frames have nothing
    in common, so of these only the number of units can be compared (`by_number`)."""

    def told(one: Sitter) -> tuple[object, ...]:
        return (*one[:-1], len(one.recused) if by_number else one.recused)

    was, now = ({one.certificate: one for one in sitters(document)} for document in (before, after))
    return [
        SitterChange(name, was.get(name), now.get(name))
        for name in sorted(was.keys() | now.keys())
        if name not in was or name not in now or told(was[name]) != told(now[name])
    ]
