"""What subjects of the demo city ask for: an objection that is being looked into, and a penalty that was repaired."""

from datetime import timedelta
from io import BytesIO

from sqlalchemy import select

from registry.credit import evidence, find
from registry.credit.evidence_store import Store
from registry.credit.objection import handle as objections
from registry.credit.repair import handle as repairs
from registry.credit.tables import EventRow
from registry.kernel.paper import Facts, Paper, Text, typeset
from registry.kernel.work import WorkSession
from registry.roster.tables import LicenceRow, OrganisationRow
from seed.facts import BUREAU, BUREAU_USCC
from seed.office import Office, at


def objected(office: Office, event: str) -> None:
    """The subject of a penalty says that it is wrong; the office looks into it, and its notice carries the mark."""
    clerk = office.actors["clerk2"]
    with office.work.write(clerk) as session:
        made = objections.receive(
            session,
            clerk,
            event=event,
            number=_number(session, event),
            region="310000",
            received_on=session.today,
            asked="correct",
            statement="决定书所载违法所得数额与实际不符，请核对退费凭证后更正。",
            contact="到场领取",
        )
        objections.assign(session, clerk, objection=made.public_id, source_unit=None)


def repaired(office: Office, event: str) -> None:
    """A penalty that has been paid and pledged upon is repaired; its notice goes with the decision."""
    today = office.city.today
    clerk, head, leader = (office.actors[name] for name in ("clerk2", "head", "leader"))
    with office.work.write(clerk) as session:
        made = repairs.apply(
            session,
            clerk,
            event=event,
            number=_number(session, event),
            duties="罚款已缴清，违法所得已退还委托人，内部收费制度已修订。",
            contact="到场领取",
        ).public_id
        _attach(office, session, made, "缴款凭证", "罚款已缴清。")
        pledge = repairs.pledge(
            session,
            clerk,
            repair=made,
            signed_on=session.today,
            accepted_by=BUREAU,
            accepted_by_code=BUREAU_USCC,
        )
        _attach(office, session, pledge.public_id, "信用承诺书（签署）", "已签署。")
    with office.work.write(head) as session:
        repairs.accept(session, head, repair=made)
    office.clock.set(at(today, 17) + timedelta(minutes=30))
    with office.work.write(leader) as session:
        repairs.decide(session, leader, repair=made, grant=True, reason="条件全部具备，准予信用修复。")


def repairable(office: Office, events: list[str]) -> str | None:
    """The first of these penalties whose subject may ask for repair today, or None."""
    with office.work.read() as session:
        for event in events:
            found = find.event(session, event)
            term = found.term
            if (term.min_until is None or term.min_until < session.today) and (
                term.max_until is None or term.max_until >= session.today
            ):
                return event
    return None


def _number(session: WorkSession, event: str) -> str:
    """What the subject shows at the desk: the credit code, or the licence."""
    row = session.scalars(select(EventRow).where(EventRow.public_id == event)).one()
    if row.organisation_id is not None:
        return session.get_one(OrganisationRow, row.organisation_id).uscc or ""
    licence = select(LicenceRow.number).where(LicenceRow.practitioner_id == row.practitioner_id)
    return session.scalars(licence.limit(1)).one()


def _attach(office: Office, session: WorkSession, owner: str, name: str, text: str) -> None:
    sheet = Paper(
        title=name,
        name=name,
        bureau=BUREAU,
        address="https://legalcredit.example/",
        blocks=[Text(text), Facts([("编号", owner)])],
    )
    evidence.attach(
        session,
        session.actor,
        store=Store.of(office.work),
        owner=owner,
        name=f"{name}.pdf",
        stream=BytesIO(typeset(sheet)),
    )
