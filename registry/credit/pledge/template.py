"""The national template of credit pledges (信用承诺信息采集模板), field by field, and what it asks of each. Pure.

One template serves form, file and export: the same titles, lengths and conditions. The performance (承诺履行状态) and
what belongs to it stay empty until somebody has found whether the promise was kept.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from registry.kernel.identifiers import PLACEHOLDER, WORDS, parse_resident_id, parse_uscc
from registry.roster.cells import CellFault, read_code, read_date, read_text

ORGANISATION, PERSON, BUSINESS = PROMISER_KINDS = ("法人及非法人组织", "自然人", "个体工商户")
REPAIR = "信用修复型"
KINDS = ("审批替代型", "容缺受理型", "证明事项型", REPAIR, "行业自律型", "主动型", "其他")
KEPT = "全部履行"
PERFORMANCES = (KEPT, "部分履行", "全部未履行")
PUBLIC = "可向社会公开"
DISCLOSURES = (PUBLIC, "特定范围内公开", "不可公开")

Fault = tuple[str, str, str]
"""Field, stable rule, Chinese message."""


@dataclass(frozen=True)
class Field:
    """One field. `length` counts characters. `need`: always, by choice, when not wholly kept; `made` comes from us."""

    name: str
    title: str
    length: int
    need: Literal["must", "may", "unkept", "made"] = "must"
    type: Literal["text", "code", "uscc", "date", "choice"] = "text"
    choices: tuple[str, ...] = ()
    personal: bool = False


TEMPLATE: Sequence[Field] = (
    Field("code", "承诺编码", 20, "made", "code"),
    Field("promiser_name", "承诺人名称", 200),
    Field("promiser_kind", "承诺人类别", 16, type="choice", choices=PROMISER_KINDS),
    Field("promiser_code", "承诺人代码", 18, type="code", personal=True),
    Field("kind", "承诺类型", 64, type="choice", choices=KINDS),
    Field("reason", "承诺事由", 512),
    Field("content", "承诺内容", 4000),
    Field("liability", "违诺责任", 4000),
    Field("given_on", "承诺作出日期", 10, type="date"),
    Field("valid_until", "承诺有效期", 10, "may", "date"),
    Field("performance", "承诺履行状态", 16, "may", "choice", PERFORMANCES),
    Field("unkept", "未履行的承诺内容", 4000, "unkept"),
    Field("pursued", "违诺责任追究内容", 4000, "unkept"),
    Field("assessed_on", "履行状态认定日期", 10, "may", "date"),
    Field("assessed_by", "履行状态认定单位", 200, "may"),
    Field("assessed_by_code", "履行状态认定单位代码", 18, "may", "uscc"),
    Field("accepted_by", "承诺受理单位", 200),
    Field("accepted_by_code", "承诺受理单位代码", 18, type="uscc"),
    Field("disclosure", "公开类型", 16, type="choice", choices=DISCLOSURES),
    Field("remark", "备注", 512, "may"),
)
FIELDS: Mapping[str, Field] = {field.name: field for field in TEMPLATE}
_OUTCOME = ("performance", "unkept", "pursued", "assessed_on", "assessed_by", "assessed_by_code")


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Who promised what to whom. `code` is empty while none was given out."""

    code: str
    promiser_name: str
    promiser_kind: str
    promiser_code: str
    kind: str
    reason: str
    content: str
    liability: str
    given_on: date
    valid_until: date | None
    accepted_by: str
    accepted_by_code: str
    disclosure: str
    remark: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Whether it was kept: `unkept` and `pursued` are empty when it was wholly kept."""

    performance: str
    unkept: str
    pursued: str
    assessed_on: date | None
    assessed_by: str
    assessed_by_code: str


def promise(values: Mapping[str, str]) -> tuple[Promise | None, Sequence[Fault]]:
    """The promise in texts by field, or what is wrong with each field."""
    read, faults = _read(values, [field for field in TEMPLATE if field.name not in _OUTCOME])
    faults += _promiser(read)
    if read["valid_until"] and read["given_on"] and read["valid_until"] < read["given_on"]:
        faults.append(("valid_until", "date-order", "承诺有效期早于承诺作出日期"))
    if faults:
        return None, faults
    days = {"given_on": date.fromisoformat(read["given_on"]), "valid_until": _day(read["valid_until"])}
    return Promise(**{**read, **days}), ()  # type: ignore[arg-type]  # texts and days by the names of the fields


def outcome(values: Mapping[str, str]) -> tuple[Outcome | None, Sequence[Fault]]:
    """The performance in texts by field, or what is wrong. Both are empty where nothing is said of it at all."""
    read, faults = _read(values, [FIELDS[name] for name in _OUTCOME])
    if not any(read.values()) and not faults:
        return None, ()
    if not read["performance"]:
        if not any(name == "performance" for name, *_ in faults):
            faults.append(("performance", "required", f"请填写履行状态：{'、'.join(PERFORMANCES)}"))
    else:
        kept = read["performance"] == KEPT
        for name in ("unkept", "pursued"):
            title = FIELDS[name].title
            if not kept and not read[name]:
                faults.append((name, "required-unless-kept", f"未全部履行的，须填写{title}"))
            if kept and read[name]:
                faults.append((name, "kept", f"全部履行的，不填{title}"))
    if faults:
        return None, faults
    return Outcome(**{**read, "assessed_on": _day(read["assessed_on"])}), ()  # type: ignore[arg-type]


def _read(values: Mapping[str, str], fields: Sequence[Field]) -> tuple[dict[str, str], list[Fault]]:
    read: dict[str, str] = {}
    faults: list[Fault] = []
    for field in fields:
        read[field.name] = ""
        try:
            text = read[field.name] = _cell(field, values.get(field.name, ""))
        except CellFault as fault:
            faults.append((field.name, fault.rule, f"{field.title}：{fault.message}"))
            continue
        if field.need == "must" and not text:
            faults.append((field.name, "required", f"请填写{field.title}"))
        elif len(text) > field.length:
            faults.append((field.name, "too-long", f"{field.title}超过 {field.length} 字"))
    return read, faults


def _cell(field: Field, written: str) -> str:
    if field.type == "date":
        return read_date(written)
    if field.type in ("code", "uscc"):
        text = read_code(written)
        if field.type == "uscc" and text:
            _check_uscc(text)
        if field.name == "code" and text:
            _check_code(text)
        return text
    text = read_text(written)
    if field.choices and text and text not in field.choices:
        raise CellFault("enum", f"应为{'、'.join(field.choices)}之一")
    return text


def _check_uscc(text: str) -> None:
    code = parse_uscc(text)
    if faults := (*code.faults, *(fault for fault in code.warnings if fault == "placeholder")):
        raise CellFault(f"uscc-{faults[0]}", f"统一社会信用代码{WORDS[faults[0]]}")


def _check_code(text: str) -> None:
    if not re.fullmatch(r"[1-9][0-9]{5}[0-9]{14}", text):
        raise CellFault("pledge-code", "应为 20 位数字：行政区划 6 位、日期 8 位、流水 6 位")
    read_date(text[6:14])


def _promiser(read: Mapping[str, str]) -> list[Fault]:
    """A person is known by an identity paper, everybody else by the credit code; a business may lack one."""
    code, kind = read["promiser_code"], read["promiser_kind"]
    if not code or not kind:
        return []
    if kind == PERSON:
        if not re.fullmatch(r"[0-9]{15,17}[0-9X]?", code):
            return []
        faults = parse_resident_id(code).faults
        return [("promiser_code", f"id-{faults[0]}", f"身份证号码{WORDS[faults[0]]}")] if faults else []
    if kind == BUSINESS and code == PLACEHOLDER:
        return []
    try:
        _check_uscc(code)
    except CellFault as fault:
        return [("promiser_code", fault.rule, fault.message)]
    return []


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
