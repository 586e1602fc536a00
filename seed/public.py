"""What comes in from the public in the demo city: errors reported, one of them answered, and the site of a firm."""

from sqlalchemy import select

from publicity.reports import handle
from publicity.sites import register
from registry.kernel.access import ANONYMOUS
from registry.roster.tables import LicenceRow, OrganisationRow, PractitionerRow
from seed.office import Office

_STATEMENTS = (
    ("state", "该律师上月已经转到别的律师事务所，这里还是原来的单位。", "市民 王先生"),
    ("identity", "负责人姓名写错了一个字。", ""),
)


def received(office: Office) -> None:
    clerk = office.actors["clerk"]
    with office.work.read() as session:
        lawyers = select(PractitionerRow.public_id).join(
            LicenceRow, LicenceRow.practitioner_id == PractitionerRow.id
        )
        about = session.scalars(
            lawyers.where(LicenceRow.ended_on.is_(None)).order_by(PractitionerRow.id).limit(2)
        ).all()
        firm = session.scalars(
            select(OrganisationRow.uscc)
            .where(
                OrganisationRow.kind == "law_firm",
                OrganisationRow.ended_on.is_(None),
                OrganisationRow.uscc.is_not(None),
            )
            .order_by(OrganisationRow.id)
            .limit(1)
        ).one()
    numbers = []
    for person, (ground, statement, name) in zip(about, _STATEMENTS, strict=True):
        with office.work.write(ANONYMOUS) as session:
            written = {"statement": statement, "name": name}
            numbers.append(
                handle.receive(
                    session,
                    session.actor,
                    about="practitioner",
                    about_id=person,
                    ground=ground,
                    written=written,
                )
            )
    with office.work.write(clerk) as session:
        handle.answer(
            session,
            clerk,
            report=numbers[1],
            outcome="correct",
            reply="经核对许可决定书，登记的姓名无误。感谢您的关注。",
        )
        register.add(session, clerk, uscc=str(firm), host="www.law-firm.example")
