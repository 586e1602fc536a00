"""The words of the standard: how cells, states, kinds of penalty and of permit are written, and what they mean. Pure."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from registry.credit.columns import (
    FIELDS,
    ID_TYPES,
    PENALTY_KINDS,
    PERMIT_KINDS,
    SCOPES,
    SUBJECT_KINDS,
    Field,
)
from registry.roster.cells import CellFault, read_code, read_date, read_name, read_text

State = Literal["有效", "撤销", "异议", "其他"]

_STATES_2015: dict[str, State] = {
    "0": "有效", "正常": "有效", "有效": "有效", "1": "撤销", "撤销": "撤销", "2": "异议", "异议": "异议", "3": "其他", "其他": "其他",
}  # fmt: skip
_STATES_2018: dict[str, State] = {
    "1": "有效",
    "有效": "有效",
    "正常": "有效",
    "2": "撤销",
    "无效": "撤销",
    "撤销": "撤销",
}
_DIGITS_2015 = {"有效": "0", "撤销": "1", "异议": "2", "其他": "3"}
_WORDS = {
    "LB": {
        "01": "自然人", "02": "法人及非法人组织", "03": "法人及非法人组织", "04": "个体工商户",
        "法人": "法人及非法人组织", "非法人组织": "法人及非法人组织", "个体": "个体工商户",
    },
    "ZJLX": {
        **{f"{number:02}": title for number, title in enumerate(ID_TYPES, 1)},
        "居民身份证": "身份证", "护照": "护照号", "台湾居民来往内地通行证": "台湾居民来往大陆通行证",
    },
    "XKLB": {**{f"{title}许可": title for title in PERMIT_KINDS}, "行政许可": "普通"},
    "SYFW": {str(number): title for number, title in enumerate(SCOPES)},
    "CFDJ": {str(number): title for number, title in enumerate(("未定", "一般", "较重", "严重"))},
}  # fmt: skip
_LIST = {
    "LB": SUBJECT_KINDS,
    "ZJLX": ID_TYPES,
    "SYFW": SCOPES,
    "CFDJ": ("未定", "一般", "较重", "严重", "轻微"),
}
_WORDS_OF = {code: _WORDS[code.rpartition("_")[2]] for code in FIELDS if code.rpartition("_")[2] in _WORDS}
_LIST_OF = {code: _LIST[code.rpartition("_")[2]] for code in FIELDS if code.rpartition("_")[2] in _LIST}


def read_cell(field: Field, cell: str) -> str:
    """The cell as the standard writes it, "" if it says nothing. Raises CellFault."""
    value = _read(field.type, cell)
    if words := _WORDS_OF.get(field.code):
        value = words.get(value, value)
    if value and field.code in _LIST_OF and value not in _LIST_OF[field.code]:
        raise CellFault("enum", f"应为：{'、'.join(_LIST_OF[field.code])}")
    if len(value) > field.length and not field.code.endswith("_ZT"):  # states stand in words until translated
        raise CellFault("too-long", f"超过 {field.length} 个字")
    return value


def read_state(written: str, *, of_2018: bool) -> State | None:
    """What a state means: words, or the digits 0 to 3 of 2015, or 1 and 2 of 2018. None if it means nothing known."""
    word = written.partition("（")[0].partition("(")[0]
    return (_STATES_2018 if of_2018 else _STATES_2015).get(word)


def write_state(state: State, *, of_2018: bool) -> str:
    """XK_ZT of 2018 is 1 or 2; CF_ZT, which 2018 has not, keeps the digits of 2015."""
    if of_2018:
        return "2" if state == "撤销" else "1"
    return _DIGITS_2015[state]


def is_permit_kind(kind: str) -> bool:
    """One of the kinds of 2018, or 其他- with a name."""
    return kind in PERMIT_KINDS or (kind.startswith("其他-") and len(kind) > 3)


def is_penalty_kind(kind: str) -> bool:
    """A kind that a law names, or 其他- with a name."""
    return kind in PENALTY_KINDS or (kind.startswith("其他-") and len(kind) > 3)


@lru_cache(maxsize=8_192)
def penalty_kinds(written: str) -> tuple[str, ...]:
    """The kinds in a cell that lists several: `警告；罚款、没收违法所得` is three, each once."""
    for mark in "；、,，":
        written = written.replace(mark, ";")
    kinds = (
        kind.strip().replace("—", "-").replace("－", "-").replace("--", "-") for kind in written.split(";")
    )
    return tuple(dict.fromkeys(kind for kind in kinds if kind))


def wanted_by_penalty(kinds: Sequence[str]) -> list[str]:
    """Codes that must be filled when these are the kinds of penalty: amounts, the certificate taken."""
    wanted = []
    if "罚款" in kinds:
        wanted.append("CF_NR_FK")
    if any(kind.startswith("没收") for kind in kinds):
        wanted.append("CF_NR_WFFF")
    if any(kind.startswith(("暂扣", "吊销")) for kind in kinds):
        wanted.append("CF_NR_ZKDX")
    return wanted


@lru_cache(maxsize=8_192)
def _read(kind: str, cell: str) -> str:
    """Cached: dates, authorities and amounts repeat through a file."""
    match kind:
        case "name":
            return read_name(cell)
        case "date":
            return read_date(cell)
        case "end":
            return read_date(cell, end=True)
        case "amount":
            return read_amount(cell)
        case "uscc" | "code" | "id_number":
            return _identifier(cell)
        case _:
            return read_text(cell)


def _identifier(cell: str) -> str:
    code = read_code(cell)
    if "E+" in code:
        raise CellFault("number-precision", "号码以数值存放，末位已丢失，请改为文本后重填")
    return code.replace("-", "")


def read_amount(text: str) -> str:
    """An amount in 万元 with six decimals, as `0.200000`; a cell that says 元 is converted. Empty stays empty.

    Raises CellFault `amount-form` or `amount-range`.
    """
    written = read_code(text).replace(",", "")
    if not written:
        return ""
    unit = Decimal(1)
    for suffix, factor in (("万元", 1), ("万", 1), ("元", 10_000)):
        if written.endswith(suffix):
            written = written.removesuffix(suffix)
            unit = Decimal(factor)
            break
    try:
        amount = Decimal(written) / unit
        rounded = amount.quantize(Decimal("0.000001"))
    except InvalidOperation:
        raise CellFault("amount-form", "金额无法识别，应为以万元为单位的数字") from None
    if not rounded.is_finite() or rounded < 0 or rounded >= 10**12:
        raise CellFault("amount-range", "金额超出范围")
    if abs(rounded - amount) > Decimal("1e-9"):
        raise CellFault("amount-form", "金额最多六位小数（以万元为单位）")
    return str(rounded)
