"""A public record as a row of the layouts that platforms import: the sheets of 2018, the columns of 2015, the county
templates. Pure.

The standard of 2018 is what the office keeps; the older columns are made of it, the inverse of what an import does.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from registry.credit.checks import TEMPLATE_PENALTY_KINDS
from registry.credit.columns import FIELDS
from registry.credit.layouts import (
    PENALTY_2015,
    PENALTY_2018,
    PERMIT_2015,
    PERMIT_2018,
    TEMPLATE_PENALTY_ORGANISATION,
    TEMPLATE_PENALTY_PERSON,
    TEMPLATE_PERMIT_ORGANISATION,
    TEMPLATE_PERMIT_PERSON,
)
from registry.credit.words import State, write_state
from registry.roster.layout import Layout

Standard = Literal["2018", "2015", "template"]
STANDARDS: Mapping[str, str] = {
    "2018": "2018 年标准（四张表）",
    "2015": "2015 年标准",
    "template": "信用办导入模板（四张表）",
}
KINDS = ("permit", "penalty")

_STATE_WORDS: Mapping[State, str] = {"有效": "正常", "异议": "异议"}
_NAMES = {
    (False, "permit"): ("XK_XDR_MC", "XK_XKJG"),
    (False, "penalty"): ("CF_XDR_MC", "CF_CFJG"),
    (True, "permit"): ("XK_XDR", "XK_XZJG"),
    (True, "penalty"): ("CF_XDR_MC", "CF_XZJG"),
}
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SHEETS: Mapping[tuple[str, str, bool], Layout] = {
    ("2018", "permit", False): PERMIT_2018[1],
    ("2018", "permit", True): PERMIT_2018[2],
    ("2018", "penalty", False): PENALTY_2018[1],
    ("2018", "penalty", True): PENALTY_2018[2],
    ("2015", "permit", False): PERMIT_2015,
    ("2015", "permit", True): PERMIT_2015,
    ("2015", "penalty", False): PENALTY_2015,
    ("2015", "penalty", True): PENALTY_2015,
    ("template", "permit", False): TEMPLATE_PERMIT_ORGANISATION,
    ("template", "permit", True): TEMPLATE_PERMIT_PERSON,
    ("template", "penalty", False): TEMPLATE_PENALTY_ORGANISATION,
    ("template", "penalty", True): TEMPLATE_PENALTY_PERSON,
}


def sheet(standard: str, kind: str, *, person: bool) -> Layout:
    """The sheet that a row belongs on; its columns' fields are the codes of `cells`."""
    return _SHEETS[standard, kind, person]


def of_person(content: Mapping[str, Any]) -> bool:
    """Whether the record is about a natural person: as its column says, else as its subject is registered."""
    columns = content.get("columns", {})
    told = columns.get("XK_XDR_LB") or columns.get("CF_XDR_LB")
    return bool(told == "自然人" if told else content.get("subject", {}).get("type") == "practitioner")


def sides(identity: Mapping[str, str]) -> tuple[bool, ...]:
    """Where a record stands of which only the natural key is left: with natural persons (True), with the others, or, told by
    an older key, with either."""
    person = identity.get("person")
    return (False, True) if person is None else (person == "1",)


def cells(kind: str, content: Mapping[str, Any], *, standard: str, region: str) -> dict[str, str]:
    """The row by field of its sheet, dates as 2026/11/20. What the channel may not have is empty."""
    columns: Mapping[str, str] = content["columns"]
    made = {**columns, **_derived(columns, content, of_2018=standard == "2018", words=standard == "template")}
    if standard == "2015":
        made |= {"DFBM": region, "SJC": content["decided_on"].replace("-", "/")}
    layout = sheet(standard, kind, person=of_person(content))
    return {column.field: _written(column.field, made.get(column.field, "")) for column in layout.columns}


def coded(kind: str, content: Mapping[str, Any], *, standard: str, region: str) -> dict[str, str]:
    """The row under the codes that the standard itself has, for platforms that take XML or JSON."""
    made = cells(kind, content, standard=standard, region=region)
    if standard != "2015":
        return made
    return {code: made.get(field, "") for code, field in codes_2015(kind).items()}


def ended(kind: str, identity: Mapping[str, str], *, standard: str) -> dict[str, str]:
    """The row that takes a record back where a platform has no other way: its natural key, and the state 撤销."""
    name, document_number, decided_on = key_columns(standard, kind)
    return {
        name: identity.get("name", ""),
        document_number: identity.get("document_number", ""),
        decided_on: identity.get("decided_on", "").replace("-", "/"),
        _NAMES[standard == "2015", kind][1]: identity.get("authority", ""),
        state_column(kind): written_state(kind, "撤销", standard=standard),
    }


def key_columns(standard: str, kind: str) -> tuple[str, str, str]:
    """The columns of name, document number and day, by which a platform without ids knows a record."""
    prefix = "XK" if kind == "permit" else "CF"
    return _NAMES[standard == "2015", kind][0], f"{prefix}_WSH", f"{prefix}_JDRQ"


def state_column(kind: str) -> str:
    """The column that says whether a row still counts."""
    return "XK_ZT" if kind == "permit" else "CF_ZT"


def written_state(kind: str, state: State, *, standard: str) -> str:
    """A state as its column holds it. The standard of 2018 has one of permits alone; a further column for penalties keeps the
    older digits."""
    return write_state(state, of_2018=standard == "2018" and kind == "permit")


def is_over(kind: str, row: Mapping[str, Any], *, standard: str) -> bool:
    """Whether a platform's row says of itself that it was taken back."""
    return bool(row.get(state_column(kind)) == written_state(kind, "撤销", standard=standard))


def writable(text: str) -> str:
    """The text without the control characters that no XML may hold (XML 1.0 section 2.2)."""
    return _UNWRITABLE.sub("", text)


def check_region(text: str) -> str | None:
    """None for six digits of GB/T 2260."""
    return None if re.fullmatch("[1-9][0-9]{5}", text) else "应为六位行政区划代码（GB/T 2260）"


def codes_2015(kind: str) -> Mapping[str, str]:
    """The columns of 2015 in their order, each with the field of its sheet that it holds."""
    codes: Mapping[str, str] = _read()["2015"][kind]
    return codes


def _derived(
    columns: Mapping[str, str], content: Mapping[str, Any], *, of_2018: bool, words: bool
) -> dict[str, str]:
    first, _, others = columns.get("CF_CFLB", "").partition(";")
    state: State = "异议" if "objection" in content.get("marks", ()) else "有效"
    written = _STATE_WORDS[state] if words else write_state(state, of_2018=of_2018)
    if words and first:
        kinds = _read()["template"]["penalty_kinds"]
        first = first if first in TEMPLATE_PENALTY_KINDS else kinds.get(first, "其他")
    return {
        "XK_XMMC": columns.get("XK_XKWS", ""),
        "CF_CFMC": columns.get("CF_WFXW", "")[:200],
        "CF_CFLB1": first,
        "CF_CFLB2": others,
        "CF_CFDJ": "未定",
        "XK_SYFW": "公示",
        "CF_SYFW": "公示",
        "XK_ZT": written,
        "CF_ZT": written,
    }


def _written(field: str, value: str) -> str:
    return value.replace("-", "/") if FIELDS[field].type in ("date", "end") else value


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("rows.toml").read_text(encoding="utf-8"))
