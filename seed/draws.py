"""The demo city's inspections: a directory, a draw that is finished and one that waits for chance."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from inspection.ceremony import announce, conduct
from inspection.plan import draft as plan
from inspection.plan.tables import InspectorRow
from inspection.visits import assign, findings
from inspection.visits import find as visits
from inspection.visits.find import VisitPage
from registry.accounts.staff import change_staff
from registry.accounts.tables import StaffRow
from seed import annual
from seed.office import SEED, Office, at


def prepare(office: Office) -> None:
    """The directory of inspectors."""
    with office.work.write(office.actors["head"]) as session:
        plan.enlist(
            session,
            session.actor,
            [
                plan.Enlisted(o.certificate, o.valid_until, o.name, o.unit, o.kinds, o.district, o.lead)
                for o in office.city.officials
            ],
        )


def _frozen(office: Office, task: str) -> str:
    dice = [{"kind": "dice", "by": "witness"}, {"kind": "dice", "by": "witness2"}]
    with office.work.write(office.actors["draw"]) as session:
        announced = announce.announce(session, session.actor, task=task, plan=dice)
        draw = conduct.freeze(session, session.actor, draw_id=announced.public_id)
        conduct.commit(session, session.actor, draw_id=draw.public_id)
        return draw.public_id


def _throw(office: Office, draw: str, position: int, username: str) -> None:
    with office.work.write(office.actors[username]) as session:
        digits = "".join(str(byte % 10) for byte in session.random(24))
        conduct.supply(session, session.actor, draw_id=draw, position=position, value=digits)


def carried_out(office: Office, day: date, *, matter: str, title: str) -> list[VisitPage]:
    """A draw from its task to the visits that it opened."""
    code = f"{day.year}-{matter}"
    task = annual.task(office, code=code, title=title, matter=matter, deadline=day + timedelta(days=45))
    draw = _frozen(office, task)
    _throw(office, draw, 0, "witness")
    _throw(office, draw, 1, "witness2")
    assign.draw_now(office.work, office.actors["draw"], draw_id=draw)
    with office.work.read() as session:
        opened, _ = visits.worklist(session, states=["assigned"], limit=1000)
    return [visit for visit in opened if visit.draw == draw]


def finished(office: Office, day: date) -> None:
    """A draw of law firms with its visits, most of them closed."""
    opened = carried_out(office, day, matter="LS-01", title=f"{day.year} 年度律师事务所双随机抽查")
    _hand_over(office, list(dict.fromkeys(n for visit in reversed(opened) for n in visit.inspectors)))
    office.clock.set(at(day + timedelta(days=5), 10))
    # Most visits are done and closed; the last few wait for a result or for the second pair of eyes.
    for number, visit in enumerate(opened[:-4]):
        codes, measure = (["1"], "none") if number % 4 else (["D"], "rectify")
        with office.work.write(SEED) as session:
            findings.note_finding(
                session,
                SEED,
                visit=visit.public_id,
                visited_on=session.today,
                codes=codes,
                measure=measure,
                note="现场检查，查阅案卷与财务凭证。",
            )
        if number < len(opened) - 6:
            with office.work.write(office.actors["head"]) as session:
                findings.close(session, session.actor, visit=visit.public_id)


def _hand_over(office: Office, certificates: Sequence[str]) -> None:
    """Gives the inspectors' accounts to the holders of the first of these certificates, whose visits stay open."""
    officials = {official.certificate: official for official in office.city.officials}
    for number, certificate in enumerate(certificates[:4], 1):
        holder, account = officials[certificate], office.actors[f"inspector{number}"]
        with office.work.write(office.actors["admin"]) as session:
            change_staff(
                session,
                session.actor,
                staff=account.id,
                name=holder.name,
                section=holder.unit,
                roles=("inspector",),
            )
        with office.work.write(office.actors["head"]) as session:
            find_account = select(StaffRow.id).where(StaffRow.public_id == account.id)
            find_inspector = select(InspectorRow.public_id).where(InspectorRow.certificate == certificate)
            plan.link_account(
                session,
                session.actor,
                inspector=session.scalars(find_inspector).one(),
                staff_id=session.scalars(find_account).one(),
            )


def waiting(office: Office) -> None:
    """A draw of forensic institutions that waits for its second dice."""
    today = office.city.today
    office.clock.set(at(today, 18))
    title = f"{today.year} 年度司法鉴定机构双随机抽查"
    task = annual.task(
        office,
        code=f"{today.year}-JD-01",
        title=title,
        matter="JD-01",
        deadline=today + timedelta(days=40),
    )
    _throw(office, _frozen(office, task), 0, "witness")
