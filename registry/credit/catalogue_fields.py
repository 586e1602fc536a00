"""The fields that the form of a kind of event asks for: what may be typed, and what it becomes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from registry.roster.cells import LONG_TERM, CellFault, read_code, read_date, read_text

Type = Literal["text", "area", "day", "end", "number", "yuan", "choice", "choices", "flag", "code", "statute"]
TYPES: tuple[Type, ...] = (
    "text", "area", "day", "end", "number", "yuan", "choice", "choices", "flag", "code", "statute",
)  # fmt: skip
Value = str | int | float | bool | list[str]
_LENGTH = {"text": 200, "area": 4000, "code": 64}


@dataclass(frozen=True)
class Condition:
    """Another field of the form, and which of its values it must have (for several choices: hold)."""

    field: str
    values: frozenset[str]

    def holds(self, values: Mapping[str, Value]) -> bool:
        given = values.get(self.field)
        return not self.values.isdisjoint(given if isinstance(given, list) else [str(given or "")])


@dataclass(frozen=True)
class FormField:
    """One field. `subjects` are the professions and kinds of organisation whose form has it, empty for all.

    `choices_for` gives a subject choices of its own. `when` says in which case the field is asked for at all; it is then
    required as `required` says; `once`, only when the event is recorded, not when it is corrected. A `code` of XK_, CF_ or BZ is a column of double publicity, any other one a detail.
    """

    code: str
    title: str
    type: Type
    required: bool = True
    hint: str | None = None
    choices: tuple[str, ...] = ()
    choices_for: Mapping[str, tuple[str, ...]] | None = None
    least: float | None = None
    most: float | None = None
    unit: str = ""
    initial: str = ""
    subjects: frozenset[str] = frozenset()
    when: Condition | None = None
    once: bool = False

    @property
    def is_column(self) -> bool:
        return self.code.startswith(("XK_", "CF_")) or self.code == "BZ"

    def asked_of(self, subjects: frozenset[str]) -> bool:
        """Whether the form of a subject with these professions (or of this kind) has the field."""
        return not self.subjects or not self.subjects.isdisjoint(subjects)

    def options(self, subjects: frozenset[str]) -> tuple[str, ...]:
        """The choices for such a subject, in the order of the file."""
        own = [
            choice for code, some in (self.choices_for or {}).items() if code in subjects for choice in some
        ]
        return tuple(dict.fromkeys(own)) or self.choices

    def read(self, typed: Sequence[str], subjects: frozenset[str]) -> Value | None:
        """What was typed as a value, None for nothing. Raises CellFault.

        A day is `yyyy-mm-dd`, yuan are a decimal with at most two places as text, a number an int where it is whole.
        """
        cells = [cell for cell in (read_text(cell) for cell in typed) if cell]
        if not cells:
            return None
        if self.type in ("choice", "choices"):
            if strange := [cell for cell in cells if cell not in self.options(subjects)]:
                raise CellFault("enum", f"{self.title}没有“{strange[0][:20]}”这一项")
            return cells if self.type == "choices" else cells[0]
        return self._read_one(cells[0])

    def _read_one(self, cell: str) -> Value:
        match self.type:
            case "flag":
                return True
            case "day":
                return read_date(cell)
            case "end":
                return LONG_TERM if cell == "长期" else read_date(cell, end=True)
            case "number":
                number = self._number(cell, places=1)
                return int(number) if number == int(number) else float(number)
            case "yuan":
                return str(self._number(cell.removesuffix("元"), places=2))
            case "code":
                return self._short(read_code(cell))
            case _:
                return self._short(cell)

    def _short(self, text: str) -> str:
        longest = _LENGTH.get(self.type, _LENGTH["text"])
        if len(text) > longest:
            raise CellFault("too-long", f"{self.title}不超过 {longest} 个字")
        return text

    def _number(self, cell: str, *, places: int) -> Decimal:
        try:
            number = Decimal(read_code(cell).replace(",", ""))
            rounded = round(number, places)
        except InvalidOperation:
            raise CellFault("number-form", f"{self.title}应为数字") from None
        if not number.is_finite() or number != rounded:
            raise CellFault("number-form", f"{self.title}最多 {places} 位小数")
        if number < Decimal(str(self.least or 0)) or (
            self.most is not None and number > Decimal(str(self.most))
        ):
            top = "" if self.most is None else f"、不超过 {self.most:g}{self.unit}"
            raise CellFault("number-range", f"{self.title}应不小于 {self.least or 0:g}{self.unit}{top}")
        return number


def form_field(table: Mapping[str, Any]) -> FormField:
    """A field as its table in catalogue.toml says, which must have been checked."""
    when = table.get("when")
    own = table.get("choices_for")
    return FormField(
        code=table["code"],
        title=table["title"],
        type=table["type"],
        required=table.get("required", True),
        hint=table.get("hint"),
        choices=tuple(table.get("choices", ())),
        choices_for={code: tuple(choices) for code, choices in own.items()} if own else None,
        least=table.get("least"),
        most=table.get("most"),
        unit=table.get("unit", ""),
        initial=table.get("initial", ""),
        subjects=frozenset(table.get("subjects", ())),
        when=Condition(when["field"], frozenset(when["is"])) if when else None,
        once=table.get("once", False),
    )
