"""Complaints from the hotline's sheets (see registry.roster.intake)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.credit.complaint import terms
from registry.credit.complaint.handle import NewComplaint, receive
from registry.credit.subjects import Described, bind
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.work import WorkSession
from registry.roster.cells import read_code, read_date, read_name
from registry.roster.intake import Accepted, Checked, Column, Importer, Layout, Reading, RowFault, Stored

LAYOUT = Layout("complaints", "投诉登记表", (
    Column("number", ("投诉编号", "工单编号", "工单号", "编号"), required=True),
    Column("channel", ("来源渠道", "投诉渠道", "来源", "渠道")),
    Column("received_on", ("接收时间", "收到日期", "来电时间", "受理时间", "投诉时间", "日期"), required=True),
    Column("complainant", ("投诉人", "来电人", "姓名"), personal=True),
    Column("contact", ("联系方式", "联系电话", "来电号码", "电话"), personal=True),
    Column("subject", ("被投诉人", "被投诉对象", "被投诉机构", "被投诉单位"), required=True),
    Column("uscc", ("统一社会信用代码", "被投诉机构统一社会信用代码")),
    Column("licence", ("执业证号", "被投诉人执业证号")),
    Column("facts", ("投诉内容", "投诉事项", "诉求内容", "内容"), required=True, personal=True),
))  # fmt: skip
_HOTLINE = "12348"
_ANONYMOUS = frozenset({"匿名", "不详", "不愿透露", "无"})
_WORDS = {
    "热线": _HOTLINE,
    "电话": _HOTLINE,
    "来信": "letter",
    "信件": "letter",
    "来访": "visit",
    "网上": "web",
    "网络": "web",
    "交办": "assigned",
    "转办": "forwarded",
}


@dataclass(frozen=True)
class Written:
    """A row of the sheet, checked; whom it is about only the register can tell."""

    number: str
    channel: str
    received_on: str
    complainant: str
    contact: str
    described: Described
    facts: str


def _check(layout: Layout, cells: Mapping[str, str]) -> Checked[Written]:
    reading = Reading(cells)
    told = reading.read("channel")
    channel = _channel(told)
    if channel is None:
        titles = "、".join(terms.CHANNELS.values())
        reading.fault("channel", "unknown-channel", f"来源渠道应为：{titles}")
    complainant = reading.read("complainant")
    complainant = "" if complainant in _ANONYMOUS else complainant
    contact = reading.read("contact")
    if contact and not complainant:
        complainant = "来电人" if channel == _HOTLINE else "投诉人"
    described = Described(
        reading.read("subject", read_name),
        uscc=reading.read("uscc", read_code),
        licence=reading.read("licence", read_code),
    )
    written = Written(
        reading.read("number"),
        channel or _HOTLINE,
        reading.read("received_on", read_date),
        complainant,
        contact,
        described,
        reading.read("facts"),
    )
    return reading.checked(lambda: written)


def _channel(told: str) -> str | None:
    """Without a word the sheet is the hotline's own."""
    if not told:
        return _HOTLINE
    titles = {title: code for code, title in terms.CHANNELS.items()}
    if told in terms.CHANNELS or told in titles:
        return titles.get(told, told)
    numbered = next((code for code in terms.CHANNELS if code.isdecimal() and code in told), None)
    return numbered or next((code for word, code in _WORDS.items() if word in told), None)


def _store(session: WorkSession, actor: Actor, rows: Sequence[Accepted[Written]]) -> Stored:
    subjects = bind(session, [row.value.described for row in rows])
    new = 0
    same: list[tuple[str, int]] = []
    faults: list[RowFault] = []
    for row, subject in zip(rows, subjects, strict=True):
        given = row.value
        complaint = NewComplaint(
            number=given.number,
            channel=given.channel,
            received_on=date.fromisoformat(given.received_on),
            subject=subject,
            complainant=given.complainant,
            contact=given.contact,
            facts=given.facts,
        )
        try:
            made = receive(session, actor, complaint=complaint)
        except Invalid as refused:
            faults += [row.fault(fault.path, fault.rule, fault.message) for fault in refused.fields]
        except Conflict as differs:
            faults.append(row.fault("number", differs.rule, differs.title))
        else:
            new += made.created
            if not made.created:
                same.append(row.place)
    return Stored(new=new, unchanged=len(same), faults=tuple(faults), same=same)


COMPLAINTS: Importer[Written] = Importer((LAYOUT,), _check, _store)
