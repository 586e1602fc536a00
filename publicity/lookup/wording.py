"""Published columns and findings in the words that people read, on pages and on paper. Pure."""

from collections.abc import Mapping

from registry.credit.columns import FIELDS
from registry.roster.cells import LONG_TERM

_DETAIL: Mapping[str, str] = {
    "task": "检查任务",
    "matter": "抽查事项",
    "basis": "依据",
    "results": "检查结果",
    "measure": "处理方式",
    "closed_on": "办结日期",
    "list": "名单",
    "cause": "列入事由",
    "criteria": "列入标准",
    "document_number": "决定书文号",
    "authority": "决定机关",
    "until": "列入截止",
    "responsible": "责任人员",
    "removal": "移出条件",
    "remedies": "救济途径",
    "type": "承诺类型",
    "performance": "履行状态",
    "given_on": "承诺作出日期",
    "number": "编号",
    "result": "处理结果",
}


def column_title(code: str) -> str:
    """The Chinese title of an XK_ or CF_ column."""
    if code not in FIELDS:
        return code
    field = FIELDS[code]
    # The standard numbers a subject's codes; people know them by what they are.
    return field.also[0] if field.title.startswith("行政相对人代码_") else field.title


def column_text(text: str, code: str) -> str:
    """A column's value as people read it: units, states and open ends in words."""
    if code in ("CF_NR_FK", "CF_NR_WFFF"):
        return f"{text.rstrip('0').rstrip('.') if '.' in text else text} 万元"
    if code == "XK_ZT":
        return {"1": "有效", "2": "无效"}.get(text, text)
    return "长期" if text == LONG_TERM else text


def detail_title(name: str) -> str | None:
    """The title of a published part of a finding, or None for what has no line of its own."""
    return _DETAIL.get(name)
