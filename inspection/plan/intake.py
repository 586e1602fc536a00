"""The directory of inspectors from a file (检查人员名录)."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from inspection.plan.draft import Enlisted, enlist
from registry.kernel.access import Actor
from registry.kernel.work import WorkSession
from registry.roster.cells import read_code, read_date, read_name, read_text
from registry.roster.intake import Accepted, Checked, Column, Importer, Layout, Reading, Stored
from registry.roster.kinds import titles as kinds_with_titles

_YES = {"是", "组长", "Y", "YES", "1", "TRUE"}
_NO = {"", "否", "组员", "N", "NO", "0", "FALSE"}
_LAYOUT = Layout(
    "inspectors",
    "检查人员名录",
    (
        Column("name", ("姓名", "检查人员姓名"), required=True),
        Column("certificate", ("执法证号", "执法证编号", "行政执法证号"), required=True),
        Column("valid_until", ("执法证有效期至", "有效期至", "有效期"), required=True),
        Column("unit", ("单位", "所在单位", "工作单位"), required=True),
        Column("kinds", ("检查范围", "执法事项范围", "可检查对象"), required=True),
        Column("district", ("区划代码", "所在区代码", "行政区划代码")),
        Column("lead", ("组长", "可任组长", "是否组长")),
    ),
)


def _check(_layout: Layout, cells: Mapping[str, str]) -> Checked[Enlisted]:
    reading = Reading(cells)
    name = reading.read("name", read_name)
    certificate = reading.read("certificate", read_code)
    if not re.fullmatch(r"[A-Z0-9._-]{1,64}", certificate):
        reading.fault("certificate", "certificate-form", "执法证号只能由字母、数字、点、下划线或连字符组成")
    valid_until = reading.read("valid_until", lambda text: read_date(text, end=True))
    district = reading.read("district", read_code)
    if district and not re.fullmatch(r"\d{6}", district):
        reading.fault("district", "district-code", "区划代码为六位数字（GB/T 2260）")
    titles = {title: code for code, title in kinds_with_titles().items()}
    words = [word for word in re.split(r"[;；,，、\s]+", reading.read("kinds", read_text)) if word]
    kinds = sorted({titles.get(word, word) for word in words})
    if not kinds or not set(kinds) <= set(kinds_with_titles()):
        reading.fault("kinds", "unknown-kind", "检查范围应为：" + "、".join(titles))
    unit, lead = reading.read("unit"), reading.read("lead", read_code)
    if lead not in _YES | _NO:
        reading.fault("lead", "yes-or-no", "可任组长应填“是”或“否”")
    return reading.checked(
        lambda: Enlisted(
            certificate=certificate,
            valid_until=date.fromisoformat(valid_until),
            name=name,
            unit=unit,
            kinds=tuple(kinds),
            district=district or None,
            lead=lead in _YES,
        )
    )


def _store(session: WorkSession, actor: Actor, rows: Sequence[Accepted[Enlisted]]) -> Stored:
    new, unchanged, differing = enlist(session, actor, [row.value for row in rows])
    faults = [
        row.fault("certificate", "conflict", "该执法证号已在名录中，内容不同；请在名录页面修改")
        for row in rows
        if row.value in differing
    ]
    return Stored(new=new, unchanged=unchanged, faults=faults)


INSPECTORS = Importer(layouts=(_LAYOUT,), check=_check, store=_store)
