"""Rows of double publicity: one row of any layout becomes the columns of the 2018 standard, or faults. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from registry.credit.checks import PREFIX, Form, Kind
from registry.credit.columns import FIELDS, ID_TYPES, SCOPES, STANDARD
from registry.credit.rules import Row
from registry.credit.words import State, is_penalty_kind, is_permit_kind, wanted_by_penalty
from registry.kernel import identifiers
from registry.roster.cells import match_name
from registry.roster.layout import Layout

CellFaults = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Parsed:
    """One row under the codes of the standard (see registry.credit.columns).

    `columns` may be shown as far as columns.PUBLIC says; `restricted` holds numbers of identity papers. `warnings` are
    faults that a registered subject answers (a credit code that was issued with a wrong check character).
    `missing_for_platform` names what the national platform wants and the row has not: work to do, not a bad row.
    """

    kind: Kind
    form: Form
    columns: Mapping[str, str]
    restricted: Mapping[str, str]
    scope: str
    state: State
    faults: CellFaults
    warnings: CellFaults
    missing_for_platform: tuple[str, ...]

    def get(self, short: str) -> str:
        """The value of a column by its code without XK_ or CF_, "" if empty."""
        return self.columns.get(f"{PREFIX[self.kind]}_{short}", "")

    @property
    def name(self) -> str:
        return self.get("XDR_MC")

    @property
    def uscc(self) -> str:
        """The subject's credit code; "" where it has none or the placeholder."""
        code = self.get("XDR_SHXYM")
        return "" if code == identifiers.PLACEHOLDER else code

    @property
    def resident_id(self) -> str:
        """The number of the natural person's identity card, "" for other papers."""
        prefix = PREFIX[self.kind]
        if self.restricted.get(f"{prefix}_XDR_ZJLX") != ID_TYPES[0]:
            return ""
        return self.restricted.get(f"{prefix}_XDR_ZJHM", "")

    @property
    def document_number(self) -> str:
        return self.get("WSH")

    @property
    def decided_on(self) -> str:
        return self.get("JDRQ")

    @property
    def authority(self) -> str:
        return self.get("XKJG" if self.kind == "permit" else "CFJG")

    @property
    def natural_key(self) -> str:
        return natural_key(
            self.kind,
            name=self.name,
            document_number=self.document_number,
            decided_on=self.decided_on,
            authority=self.authority,
        )


def natural_key(kind: str, *, name: str, document_number: str, decided_on: str, authority: str = "") -> str:
    """What makes two rows one record: subject, document number and date; for permits the authority too.

    Spelling does not count: widths, kinds of brackets, spaces.
    """
    parts = [kind, name, document_number, decided_on, *([authority] if kind == "permit" else [])]
    return "\n".join(map(match_name, parts))


def read_row(layout: Layout, cells: Mapping[str, str], *, sent_on: date | None = None) -> Parsed:
    """Reads one row of one of registry.credit.layouts; `cells` by field, "" or absent where empty.

    With `sent_on` the row is ours and goes out that day: it is held to the rules of the receiving platforms too.
    """
    row = Row(layout, cells, sent_on)
    row.read_cells()
    row.translate()
    form = row.form()
    row.check(form)
    scope = row.values.get(f"{row.prefix}_SYFW", "") or SCOPES[0]
    state = row.state()
    columns = {code: value for code, value in row.values.items() if value and not FIELDS[code].restricted}
    restricted = {code: value for code, value in row.values.items() if value and FIELDS[code].restricted}
    return Parsed(
        row.kind,
        form,
        columns,
        restricted,
        scope,
        state,
        tuple(row.faults),
        tuple(row.warnings),
        () if row.faults else missing_for_platform(row.kind, {**columns, **restricted}),
    )


def missing_for_platform(kind: Kind, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Codes that the national platform wants (发改办财金〔2018〕424号) and that are empty or no word of its lists.

    `columns` are the public and the restricted ones together.
    """
    prefix = PREFIX[kind]
    wanted = {field.code for field in STANDARD[kind] if field.need == "must"}
    subject = columns.get(f"{prefix}_XDR_LB", "")
    person = subject == "自然人" or (not subject and f"{prefix}_XDR_ZJHM" in columns)
    if person:
        wanted |= {f"{prefix}_XDR_ZJLX", f"{prefix}_XDR_ZJHM"}
    else:
        wanted |= {f"{prefix}_XDR_SHXYM", f"{prefix}_FRDB"}
    wanted.update(wanted_by_penalty(columns.get("CF_CFLB", "").split(";")))
    missing = {code for code in wanted if not columns.get(code)}
    if not is_permit_kind(columns.get("XK_XKLB", "普通")):
        missing.add("XK_XKLB")
    if not all(map(is_penalty_kind, columns.get("CF_CFLB", "警告").split(";"))):
        missing.add("CF_CFLB")
    return tuple(field.code for field in STANDARD[kind] if field.code in missing)
