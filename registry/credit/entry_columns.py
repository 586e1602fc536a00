"""The columns of double publicity that the form of a permit or a penalty fills, by the same rules as a row of a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from registry.credit.catalogue_fields import Value
from registry.credit.checks import PREFIX
from registry.credit.find import Event
from registry.credit.layouts import PENALTY_2018, PERMIT_2018
from registry.credit.party import Party
from registry.credit.standard import missing_for_platform, read_row
from registry.credit.statutes_table import article
from registry.credit.words import penalty_kinds
from registry.kernel.faults import FieldFault

_LAYOUTS = {"permit": PERMIT_2018[0], "penalty": PENALTY_2018[0]}
_FORM_NAMES = {"WSH": "document_number", "JDRQ": "decided_on", "XKJG": "authority", "CFJG": "authority"}
# Who the subject is stands in the roster; what it lacks is work for the roster, not a fault of this form.
_OF_THE_SUBJECT = ("XDR_", "FRDB", "FR_")
_OF_THE_OFFICE = ("LYDW", "SJLY", "ZT")


class Office(NamedTuple):
    """The bureau that keeps this register: the source of what it records."""

    name: str
    uscc: str


@dataclass(frozen=True)
class Columns:
    columns: Mapping[str, str]
    restricted: Mapping[str, str]
    penalties: tuple[str, ...]
    missing: tuple[str, ...]
    faults: tuple[FieldFault, ...]


NONE = Columns({}, {}, (), (), ())


def read_columns(
    kind: str,
    party: Party,
    values: Mapping[str, Value],
    office: Office,
    *,
    document_number: str,
    decided_on: date,
    authority: str,
    before: Event | None,
    restricted_before: Mapping[str, str],
) -> Columns:
    """The columns that a form makes. Where it corrects an event, columns that no form asks for stay as they were."""
    if kind not in _LAYOUTS:
        if before is None:
            return NONE
        return Columns(before.columns, restricted_before, (), tuple(before.missing), ())
    prefix = PREFIX["penalty" if kind == "penalty" else "permit"]
    typed = {
        code: _cell(code, value)
        for code, value in values.items()
        if code.startswith(f"{prefix}_") or code == "BZ"
    }
    if kind == "penalty":
        typed.setdefault("CF_YJ", _basis(values, decided_on))
        typed |= {"CF_CFJG": authority, "CF_SJLY": office.name, "CF_SJLYDM": office.uscc}
    else:
        typed |= {"XK_XKJG": authority, "XK_LYDW": office.name, "XK_LYDWDM": office.uscc, "XK_ZT": "1"}
    typed |= {f"{prefix}_WSH": document_number, f"{prefix}_JDRQ": decided_on.isoformat()}
    parsed = read_row(
        _LAYOUTS["penalty" if kind == "penalty" else "permit"], {**party.cells(prefix), **typed}
    )
    faults = tuple(
        FieldFault(_FORM_NAMES.get(code[3:], code), rule, message)
        for code, rule, message in parsed.faults
        if not code[3:].startswith(_OF_THE_SUBJECT)
    )
    columns, restricted = dict(parsed.columns), dict(parsed.restricted)
    if before is not None:
        columns = {**_kept(before.columns, prefix, typed), **columns}
        restricted = {**restricted_before, **restricted}
    return Columns(
        columns,
        restricted,
        penalty_kinds(columns.get("CF_CFLB", "")),
        missing_for_platform("penalty" if kind == "penalty" else "permit", {**columns, **restricted}),
        faults,
    )


def _kept(columns: Mapping[str, str], prefix: str, typed: Mapping[str, str]) -> dict[str, str]:
    """What stood before and the form does not ask for: the subject as it was named then, codes of other systems."""
    asked = {"BZ", "CF_NR_FK", "CF_NR_WFFF", "CF_NR_ZKDX", *typed}
    of_office = tuple(f"{prefix}_{short}" for short in _OF_THE_OFFICE)
    return {code: value for code, value in columns.items() if code not in asked or code.startswith(of_office)}


def _cell(code: str, value: Value) -> str:
    if isinstance(value, list):
        return ";".join(value)
    return f"{value}元" if code in ("CF_NR_FK", "CF_NR_WFFF") else str(value)


def _basis(values: Mapping[str, Value], on: date) -> str:
    """What the article that was chosen is cited as; "" where none was."""
    code, _, item = str(values.get("statute", "")).partition("#")
    found = article(code, on)
    return found.basis(int(item) if item.isdecimal() else None) if found else ""
