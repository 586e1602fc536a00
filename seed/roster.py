"""What happens to the roster of the demo city: heads who are its lawyers, a firm renamed, a move in, one person twice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from registry.kernel.work import WorkSession
from registry.roster import amend, enrol, find, merge
from registry.roster.drafts import EarlierNumber, NewOrganisation
from registry.roster.enrol import Organisation, Practitioner
from seed import numbers
from seed.city import City, Person
from seed.office import Office, at

_HEADED = 12


def changes(office: Office, firms: Mapping[int, Organisation], people: Mapping[int, Practitioner]) -> None:
    """Each on its day in the last weeks; the renaming was recorded three weeks late, and a merge waits for its second pair
    of eyes."""
    today = office.city.today
    lawyers = [firms[firm.key] for firm in office.city.firms if firm.kind == "law_firm" and firm.key in firms]
    clerk = office.actors["clerk"]
    office.clock.set(at(today - timedelta(days=40), 9))
    with office.work.write(clerk) as session:
        for place in lawyers[:_HEADED]:
            _headed(session, place, since=today - timedelta(days=45))
        _moved_in(session, lawyers[0], on=today - timedelta(days=45))
    office.clock.set(at(today - timedelta(days=9), 15))
    with office.work.write(clerk) as session:
        _renamed(session, lawyers[1], on=today - timedelta(days=30))
        former = _former_notaries(session, office.city, firms)
        kept = people[former[0][0].key]
        merge.propose(
            session,
            clerk,
            kept=kept,
            absorbed=former[0][1],
            reason="核对身份证和公证员任职文件，确认为同一人。",
        )


def _headed(session: WorkSession, place: Organisation, *, since: date) -> None:
    """The first of its lawyers becomes the head."""
    shown = find.organisation(session, place.public_id)
    first = find.members(session, place.id, limit=1)[0]
    head = find.named_practitioners(session, [first.public_id])[first.public_id]
    _amended(session, shown, replace(_told(shown), head=head.name), head, since, "示司许变〔负责人〕")


def _renamed(session: WorkSession, place: Organisation, *, on: date) -> None:
    shown = find.organisation(session, place.public_id)
    name = shown.name.replace("律师事务所", "联合律师事务所")
    _amended(
        session,
        shown,
        replace(_told(shown), name=name),
        find.head_of(session, place.id),
        on,
        "示司许变〔名称〕",
    )


def _amended(
    session: WorkSession,
    shown: find.Organisation,
    told: NewOrganisation,
    head: find.Found | None,
    on: date,
    decision: str,
) -> None:
    amend.amend_organisation(
        session,
        session.actor,
        organisation=shown,
        told=told,
        head_person=head,
        grounds=amend.Grounds(on=on, reason=f"{decision}{on.year}-{shown.id}号"),
    )


def _told(shown: find.Organisation) -> NewOrganisation:
    return NewOrganisation(
        kind=shown.kind,
        name=shown.name,
        district=shown.district,
        uscc=shown.uscc,
        form=shown.form,
        head=shown.head,
        address=shown.address,
        phone=shown.phone,
        established_on=shown.established_on,
        licence_number=shown.licence_number,
        authority=shown.authority,
    )


def _moved_in(session: WorkSession, place: Organisation, *, on: date) -> None:
    granted = date(2016, 3, 1)
    former = numbers.lawyer_licence("320505", granted.year, 1, 99_001, female=True)
    enrol.enrol_practitioner(
        session,
        session.actor,
        name="宋知微",
        profession="lawyer",
        licence_number=numbers.lawyer_licence("310105", granted.year, 1, 99_001, female=True),
        organisation=place,
        granted_on=granted,
        joined_on=on,
        origin="江苏省苏州市",
        earlier=(EarlierNumber(former, granted),),
    )


def _former_notaries(
    session: WorkSession, city: City, firms: Mapping[int, Organisation]
) -> list[tuple[Person, Practitioner]]:
    """Two lawyers were notaries before; the old records have no identity number, so nobody saw that they are the same."""
    office = next(
        firms[firm.key] for firm in city.firms if firm.kind == "notary_office" and firm.key in firms
    )
    begun = date(city.today.year - 6, 1, 1)
    lawyers = [one for one in city.people if one.profession == "lawyer" and one.granted_on > begun]
    return [
        (
            lawyer,
            enrol.enrol_practitioner(
                session,
                session.actor,
                name=lawyer.name,
                profession="notary",
                licence_number=f"旧32{begun.year - 8}{number:05d}",
                organisation=office,
                granted_on=date(begun.year - 8, 7, 1),
                state="cancelled",
                state_since=begun,
            ),
        )
        for number, lawyer in enumerate(lawyers[:2], start=1)
    ]
