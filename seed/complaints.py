"""Complaints of the demo city: one proven and answered, one not accepted, others at every step."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from registry.credit.complaint import handle
from registry.credit.record import Subject
from registry.roster.enrol import Organisation, Practitioner
from seed.office import Office, at

_FACTS = (
    "委托后承办律师三个月未联系当事人，要求说明案件进展。",
    "收取费用后没有开具发票，也没有签订书面委托合同。",
    "鉴定意见书迟迟不出，超过约定时限两个月。",
    "公证处窗口要求重复提交材料，态度生硬。",
    "开庭当日未到庭，事后没有说明理由。",
    "以疏通关系为由要求另付费用。",
)
_PEOPLE = ("来电人甲", "", "来信人乙", "来电人丙", "", "来访人丁")
_CHANNELS = ("12348", "12348", "letter", "12348", "web", "visit")


def received(office: Office, firms: Mapping[int, Organisation], people: Mapping[int, Practitioner]) -> None:
    """Six complaints of the last two weeks, and how far each has come today."""
    today = office.city.today
    places, persons = sorted(firms), sorted(people)
    subjects = [
        Subject(organisation=firms[places[3]].id),
        Subject(organisation=firms[places[5]].id),
        Subject(organisation=firms[places[-1]].id),
        Subject(organisation=firms[places[8]].id),
        Subject(practitioner=people[persons[7]].id),
        Subject(practitioner=people[persons[11]].id),
    ]
    days = (12, 10, 8, 6, 3, 1)
    complaints = []
    office.clock.set(at(today, 16))
    for place, (subject, days_ago) in enumerate(zip(subjects, days, strict=True)):
        complaints.append(_receive(office, place, subject, today - timedelta(days=days_ago)))
    _handle(office, complaints)


def _receive(office: Office, place: int, subject: Subject, on: date) -> str:
    clerk = office.actors["clerk2"]
    name = _PEOPLE[place]
    with office.work.write(clerk) as session:
        new = handle.NewComplaint(
            number=f"SF{on:%Y%m%d}{place + 1:03d}",
            channel=_CHANNELS[place],
            received_on=on,
            subject=handle.registered(session, subject),
            complainant=name,
            contact="021-5555 0000（转）" if name else "",
            facts=_FACTS[place],
        )
        return handle.receive(session, clerk, complaint=new).public_id


def _handle(office: Office, complaints: Sequence[str]) -> None:
    clerk, head = office.actors["clerk2"], office.actors["head"]
    proven, refused, waiting, investigated, accepted, _new = complaints
    with office.work.write(clerk) as session:
        for one in (proven, waiting, investigated, accepted):
            handle.accept(session, clerk, complaint=one)
        handle.refuse(session, clerk, complaint=refused, ground="court", note="当事人已就同一事项起诉。")
        for one in (proven, waiting, investigated):
            handle.investigate(
                session, clerk, complaint=one, findings="约谈了负责人，调取了委托合同、台账和往来记录。"
            )
    with office.work.write(head) as session:
        handle.conclude(
            session,
            head,
            complaint=proven,
            outcome="proven",
            reason="往来记录可以证实。",
            summary="接受委托后未及时告知案件进展",
        )
        handle.conclude(session, head, complaint=waiting, outcome="not_proven", reason="时限经双方书面变更。")
    with office.work.write(clerk) as session:
        handle.tell(session, clerk, complaint=proven, how="书面送达被投诉人，电话答复投诉人。")
