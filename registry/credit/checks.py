"""The rules that a row of double publicity is held to, each stated once: what comes in is held to those that the registry
cannot do without, what is going out to all of them, because the platform that receives it will be. Pure.

Cells, their enumerations and their forms are registry.credit.words', required columns the layouts'; here is what holds
between columns, and what only platforms ask. The sources are 发改办财金〔2018〕424号, the columns of 2015, and the notes in
the headers of the county's templates.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from registry.credit.columns import FIELDS, ID_TYPES
from registry.credit.words import is_penalty_kind, is_permit_kind, wanted_by_penalty
from registry.kernel import identifiers

Kind = Literal["permit", "penalty"]
Form = Literal["organisation", "person"]
Standard = Literal["2018", "2015", "template"]
PREFIX = {"permit": "XK", "penalty": "CF"}
LEGAL_CODES = ("XDR_SHXYM", "XDR_GSZC", "XDR_ZZJG", "XDR_SWDJ", "XDR_SYDW", "XDR_SHZZ")

_READ = tomllib.loads(Path(__file__).with_name("checks.toml").read_text(encoding="utf-8"))
_NUMBER = re.compile(_READ["document_number"])
TEMPLATE_PENALTY_KINDS = frozenset(_READ["template"]["CFLB1"])
_OLD_LENGTHS = (("XDR_GSZC", (13, 15)), ("XDR_ZZJG", (9,)), ("XDR_SWDJ", (15, 18, 20)))
_LAST = (("YXQ", "处罚有效期"), ("GSJZQ", "公示截止期"))
_MOST_OF_TEMPLATE = Decimal(10_000)


class Found(NamedTuple):
    """A fault: the column's code, the rule's stable English name, what is wrong in Chinese."""

    code: str
    rule: str
    message: str


@dataclass(frozen=True)
class Asked:
    """A row whose cells were read: `values` by code, dates as yyyy-mm-dd. `today` is the day on which it goes out, None
    when it comes in."""

    kind: Kind
    form: Form
    standard: Standard
    values: Mapping[str, str]
    today: date | None = None

    def code(self, short: str) -> str:
        return f"{PREFIX[self.kind]}_{short}"

    def value(self, short: str) -> str:
        return self.values.get(self.code(short), "")

    def fault(self, short: str, rule: str, message: str) -> Found:
        return Found(self.code(short), rule, message)


@dataclass(frozen=True)
class Rule:
    """`source` is the text that sets the rule; `going_out`: it holds for what is sent alone."""

    title: str
    source: str
    find: Callable[[Asked], Iterator[Found]]
    standards: tuple[Standard, ...] = ("2018", "2015", "template")
    going_out: bool = False


def broken(asked: Asked) -> Iterator[Found]:
    """What the row breaks, in the order of RULES."""
    for rule in RULES:
        if asked.standard in rule.standards and (asked.today is not None or not rule.going_out):
            yield from rule.find(asked)


def of_uscc(code: str, value: str) -> Found | None:
    """What is wrong with a unified social credit code (GB 32100-2015), None for nothing."""
    for reason in _uscc(value).faults:
        return Found(code, f"uscc-{reason}", f"统一社会信用代码{identifiers.WORDS[reason]}")
    return None


def _papers(asked: Asked) -> Iterator[Found]:
    for whose in ("XDR", "FR"):
        number = asked.value(f"{whose}_ZJHM")
        if number and asked.value(f"{whose}_ZJLX") == ID_TYPES[0]:
            for reason in identifiers.parse_resident_id(number).faults:
                message = f"身份证号码{identifiers.WORDS[reason]}"
                yield asked.fault(f"{whose}_ZJHM", f"id-{reason}", message)


def _person(asked: Asked) -> Iterator[Found]:
    if asked.form != "person":
        return
    for short in ("XDR_ZJLX", "XDR_ZJHM"):
        if not asked.value(short):
            yield asked.fault(short, "required-person", "自然人须填写证件类型和证件号码")
    for short in LEGAL_CODES:
        if asked.value(short):
            yield asked.fault(short, "blank-for-person", "自然人不填写机构代码")


def _organisation(asked: Asked) -> Iterator[Found]:
    if asked.form == "person":
        return
    code = asked.value("XDR_SHXYM")
    if not any(asked.value(short) for short in LEGAL_CODES):
        message = "统一社会信用代码与工商注册号等代码须至少填写一项"
        yield asked.fault("XDR_SHXYM", "subject-code-missing", message)
    elif code == identifiers.PLACEHOLDER and not asked.value("XDR_GSZC"):
        yield asked.fault("XDR_GSZC", "required-if", "统一社会信用代码为占位代码时须填写工商注册号")
    elif not code:
        # Where no credit code identifies the subject, the old ones must at least have their form.
        for short, lengths in _OLD_LENGTHS:
            if (value := asked.value(short)) and len(value) not in lengths:
                yield asked.fault(short, "code-length", f"应为 {' 或 '.join(map(str, lengths))} 位")


def _head(asked: Asked) -> Iterator[Found]:
    if asked.form == "organisation" and not asked.value("FRDB"):
        message = "法人及非法人组织、个体工商户须填写法定代表人（负责人）"
        yield asked.fault("FRDB", "required-if", message)


def _dates(asked: Asked) -> Iterator[Found]:
    decided = asked.value("JDRQ")
    start, end = asked.value("YXQZ"), asked.value("YXQZI")
    if start and end and start > end:
        yield asked.fault("YXQZI", "date-order", "有效期至早于有效期自")
    if decided and end and not start and end < decided:
        yield asked.fault("YXQZI", "date-order", "有效期至早于许可决定日期")
    for short, title in _LAST:
        if decided and (value := asked.value(short)) and value < decided:
            yield asked.fault(short, "date-order", f"{title}早于处罚决定日期")


def _begins(asked: Asked) -> Iterator[Found]:
    if (start := asked.value("YXQZ")) and start < asked.value("JDRQ"):
        yield asked.fault("YXQZ", "date-order", "有效期自早于许可决定日期")


def _past(asked: Asked) -> Iterator[Found]:
    if asked.today and asked.value("JDRQ") > asked.today.isoformat():
        yield asked.fault("JDRQ", "date-future", "决定日期在今天之后")


def _kinds(asked: Asked) -> Iterator[Found]:
    kinds = asked.value("CFLB").split(";") if asked.value("CFLB") else []
    if unknown := [kind for kind in kinds if not is_penalty_kind(kind)]:
        yield asked.fault("CFLB", "enum", f"处罚类别未知：{'、'.join(unknown)}；其他类别写作“其他-类别名称”")
    for code in wanted_by_penalty(kinds):
        if not asked.values.get(code):
            yield Found(code, "required-if", f"有此类处罚时须填写{FIELDS[code].title}")
    if (kind := asked.value("XKLB")) and not is_permit_kind(kind):
        yield asked.fault("XKLB", "enum", "许可类别应为普通、特许、认可、核准、登记或“其他-类别名称”")


def _first_kind(asked: Asked) -> Iterator[Found]:
    if (kind := asked.value("CFLB1")) and kind not in TEMPLATE_PENALTY_KINDS:
        yield asked.fault("CFLB1", "enum", f"处罚类别1应为：{'、'.join(_READ['template']['CFLB1'])}")


def _amounts(asked: Asked) -> Iterator[Found]:
    for code, value in asked.values.items():
        if FIELDS[code].type == "amount" and value and Decimal(value) >= _MOST_OF_TEMPLATE:
            yield Found(code, "amount-range", "单位是万元，范围为 0.00 至 9999.99")


def _codes(asked: Asked) -> Iterator[Found]:
    for short, read, title in (
        ("XDR_ZZJG", identifiers.parse_organisation_code, "组织机构代码"),
        ("XDR_GSZC", identifiers.parse_registration, "工商注册号"),
    ):
        value = asked.value(short)
        for reason in read(value).faults if value else ():
            yield asked.fault(short, f"code-{reason}", f"{title}{identifiers.WORDS[reason]}")


def _authorities(asked: Asked) -> Iterator[Found]:
    for short in ("XKJGDM", "LYDWDM", "CFJGDM", "SJLYDM"):
        if asked.value(short) == identifiers.PLACEHOLDER:
            yield asked.fault(
                short, "uscc-placeholder", f"统一社会信用代码{identifiers.WORDS['placeholder']}"
            )


def _lengths(asked: Asked) -> Iterator[Found]:
    figures = _READ["lengths"][asked.standard]
    for code, value in asked.values.items():
        longest = figures.get(code.partition("_")[2], FIELDS[code].length)
        if value and not code.endswith("_ZT") and _size(value, figures["unit"]) > longest:
            unit = "个字" if figures["unit"] == "characters" else "字节"
            yield Found(code, "too-long", f"超过 {longest} {unit}")


def _document(asked: Asked) -> Iterator[Found]:
    if (number := asked.value("WSH")) and not _NUMBER.fullmatch(number):
        yield asked.fault("WSH", "document-number", "文书号应如“沪司罚决字〔2026〕第7号”")


RULES: tuple[Rule, ...] = (
    Rule("身份证号码的校验位和日期", "GB 11643-1999", _papers),
    Rule("自然人须有证件，没有机构代码", "2018 年标准第 3 至 13 项；模板：证件类型（必填）、证件号（必填）", _person),
    Rule("机构须有一种代码", "2018 年标准第 3、4 项；模板：三证必须选一填写", _organisation),
    Rule("机构须有法定代表人", "2018 年标准第 9 项", _head, ("2018",)),
    Rule("截止的日期不早于开始的日期", "2018 年标准：有效期至、处罚有效期、公示截止期", _dates),
    Rule("处罚类别、许可类别及其附带的各项", "2018 年标准：处罚类别、罚款金额等；许可类别", _kinds, ("2018",)),
    Rule("有效期自不早于决定日期", "2018 年标准：有效期自", _begins, going_out=True),
    Rule("决定日期不在今天之后", "2018 年标准：决定日期", _past, going_out=True),
    Rule("处罚类别1", "模板：处罚类别1（警告、罚款……其他）", _first_kind, ("template",), going_out=True),
    Rule("金额的范围", "模板：单位万元，范围为0.00~9999.99", _amounts, ("template",)),
    Rule("组织机构代码、工商注册号的校验位", "GB 11714-1997、GS 15-2006", _codes, going_out=True),
    Rule("机关有自己的统一社会信用代码", "2018 年标准：许可机关、处罚机关、数据来源单位的代码", _authorities, going_out=True),
    Rule("长度", "2018 年标准：各项的长度", _lengths, going_out=True),
    Rule("文书号的写法", "2018 年标准：文书号", _document, going_out=True),
)  # fmt: skip


def _size(text: str, unit: str) -> int:
    return len(text) if unit == "characters" else len(text.encode(unit, "replace"))


@lru_cache(maxsize=8_192)
def _uscc(code: str) -> identifiers.Uscc:
    return identifiers.parse_uscc(code)
