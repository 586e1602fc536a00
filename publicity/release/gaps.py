"""What the national platform asks for and a fact lacks: a work list for the clerk, never a reason to hold a release up."""

from collections.abc import Mapping
from typing import NamedTuple

from registry.credit.columns import FIELDS, SUBJECT_KINDS
from registry.credit.standard import missing_for_platform
from registry.credit.words import penalty_kinds, read_cell
from registry.roster.cells import CellFault

_HINTS: Mapping[str, str] = {
    "date": "如 2026/03/01",
    "end": "如 2026/03/01，没有期限的写“长期”",
    "amount": "以万元为单位",
}


class Gap(NamedTuple):
    """A column to fill in; `choices` where only these words are known, `hint` how to write what has a form of its own."""

    code: str
    title: str
    restricted: bool
    choices: tuple[str, ...]
    hint: str

    @property
    def options(self) -> list[tuple[str, str]]:
        """The choices as a form's."""
        return [(choice, choice) for choice in self.choices]


def gaps(kind: str, columns: Mapping[str, str]) -> list[Gap]:
    """The gaps of a permit or penalty; `columns` are public and restricted ones together. None for other kinds."""
    if kind not in ("permit", "penalty"):
        return []
    return [
        Gap(
            code,
            FIELDS[code].title,
            FIELDS[code].restricted,
            SUBJECT_KINDS if code.endswith("_XDR_LB") else (),
            _HINTS.get(FIELDS[code].type, ""),
        )
        for code in missing_for_platform(kind, columns)  # type: ignore[arg-type]
    ]


def read_answer(code: str, text: str) -> str:
    """The column's value as the standard writes it. Raises CellFault naming the rule."""
    value = read_cell(FIELDS[code], text)
    if not value:
        raise CellFault("required", "请填写内容")
    return ";".join(penalty_kinds(value)) if code == "CF_CFLB" else value
