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
    prefix = "XK" if kind == "permit" else "CF"
    of_2018 = standard == "2018" and kind == "permit"
    name, authority = _NAMES[standard == "2015", kind]
    return {
        name: identity.get("name", ""),
        f"{prefix}_WSH": identity.get("document_number", ""),
        f"{prefix}_JDRQ": identity.get("decided_on", "").replace("-", "/"),
        authority: identity.get("authority", ""),
        f"{prefix}_ZT": write_state("撤销", of_2018=of_2018),
    }


def writable(text: str) -> str:
    """The text without the control characters that no XML may hold (XML 1.0 section 2.2)."""
    return _UNWRITABLE.sub("", text)


def check_region(text: str) -> str | None:
    """None for six digits of GB/T 2260."""
    return None if re.fullmatch("[1-9][0-9]{5}", text) else "应为六位行政区划代码（GB/T 2260）"


def codes_2015(kind: str) -> Mapping[str, str]:
    """The columns of 2015 in their order, each with the field of its sheet that it holds."""
    return _codes()[kind]


def _derived(
    columns: Mapping[str, str], content: Mapping[str, Any], *, of_2018: bool, words: bool
) -> dict[str, str]:
    first, _, others = columns.get("CF_CFLB", "").partition(";")
    state: State = "异议" if "objection" in content.get("marks", ()) else "有效"
    written = _STATE_WORDS[state] if words else write_state(state, of_2018=of_2018)
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
def _codes() -> Mapping[str, Mapping[str, str]]:
    read = tomllib.loads(Path(__file__).with_name("rows.toml").read_text(encoding="utf-8"))
    return {kind: read["2015"][kind] for kind in KINDS}
