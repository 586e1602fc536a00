"""The demo city's list of matters, its annual plans, and the leave and recusals of its inspectors."""

from datetime import date, timedelta

from sqlalchemy import select

from inspection.plan import draft
from inspection.plan.annual import drafts as plans
from inspection.plan.annual import find as planned
from inspection.plan.annual import open as tasks
from inspection.plan.directory import change, find, leave
from inspection.plan.matters import drafts as matters
from inspection.plan.tables import InspectorRow, MatterRow
from registry.roster.tables import OrganisationRow
from seed.office import Office, at
from seed.plan import ENTRIES, MATTERS, STRATA, TEAM

AHEAD = timedelta(days=120)
"""How long before the city's day its plans are published, with everything in them still to come."""
_SHORT = timedelta(days=10)


def listed(office: Office) -> None:
    """The list of matters, drafted by the head and published by the leader."""
    with office.work.write(office.actors["head"]) as session:
        prepared = [
            matters.draft(
                session,
                session.actor,
                matter=matters.Matter(**matter),  # type: ignore[arg-type]
                effective_on=session.today,
                reason="首次公布",
            ).public_id
            for matter in MATTERS
        ]
    with office.work.write(office.actors["leader"]) as session:
        for draft_id in prepared:
            matters.publish(session, session.actor, draft_id=draft_id)


def plan(office: Office, day: date) -> None:
    """The plans of the year of `day` and of the city's own, published before anything in them begins."""
    office.clock.set(at(day, 9))
    for year in sorted({day.year, office.city.today.year}):
        with office.work.write(office.actors["head"]) as session:
            listed = {row.code: row.public_id for row in session.scalars(select(MatterRow))}
            row = plans.start(
                session,
                session.actor,
                number=f"{year}-SSJ",
                year=year,
                title=f"{year} 年度随机抽查计划",
                section="执法监督处",
            )
            first = max(date(year, 1, 1), day + timedelta(days=1))
            for entry in ENTRIES:
                plans.put(
                    session,
                    session.actor,
                    plan=row.public_id,
                    entry=plans.Entry(
                        code=str(entry["code"]),
                        title=f"{year} 年度{entry['title']}",
                        matters=[listed[code] for code in entry["matters"]],  # type: ignore[attr-defined]
                        rate=str(entry["rate"]),
                        times=1,
                        starts_on=first,
                        ends_on=date(year, 12, 31),
                        section=str(entry["section"]),
                        scope=entry["scope"],  # type: ignore[arg-type]
                    ),
                )
        with office.work.write(office.actors["leader"]) as session:
            plans.publish(session, session.actor, plan=row.public_id)


def task(office: Office, *, code: str, title: str, matter: str, deadline: date) -> str:
    """A task of the plan, or a temporary one where the plan has no room, because the year ends or all of it is done; its
    public id."""
    with office.work.write(office.actors["head"]) as session:
        entries = [
            one
            for one in planned.startable(session, on=session.today)
            if one.matters[0].code == matter
            and one.ends_on >= session.today + _SHORT
            and tasks.opened(session, one.number).get(one.code, 0) < one.times
        ]
        found = entries[0] if entries else None
        rest = {"code": code, "title": title, "strata": STRATA, "reserve": 2, "team": TEAM, "yearly_cap": 2}
        if found is not None:
            last = min(deadline, found.ends_on)
            row = tasks.planned(session, session.actor, entry=found.public_id, deadline=last, **rest)
        else:
            standing = session.scalars(select(MatterRow).where(MatterRow.code == matter))
            row = tasks.ad_hoc(
                session,
                session.actor,
                ground="superior",
                reason="省厅部署的年末抽查",
                matter=next(one.public_id for one in standing if one.in_force(session.today)),
                deadline=deadline,
                **rest,
            )
        return row.public_id


def people(office: Office) -> None:
    """An inspector declares leave and a recusal, the head changes particulars, and a version of a matter waits."""
    today = office.city.today
    office.clock.set(at(today, 15))
    with office.work.write(office.actors["inspector3"]) as session:
        own = find.own(session, session.actor.id)
        firm = session.scalars(
            select(OrganisationRow.public_id)
            .where(OrganisationRow.kind == "law_firm")
            .order_by(OrganisationRow.id)
        ).first()
        if own is not None and firm is not None:
            leave.take_leave(
                session,
                session.actor,
                inspector=own,
                starts_on=today + timedelta(days=7),
                ends_on=today + timedelta(days=20),
                reason="家事",
            )
            draft.declare_recusal(
                session, session.actor, inspector=own, organisation=firm, reason="配偶在该所工作"
            )
    with office.work.write(office.actors["head"]) as session:
        row = session.scalars(select(InspectorRow).order_by(InspectorRow.certificate)).first()
        if row is not None:
            change.change(
                session,
                session.actor,
                inspector=row.public_id,
                particulars=change.Particulars(
                    name=row.name,
                    valid_until=row.valid_until + timedelta(days=365),
                    unit=row.unit,
                    district=row.district,
                    lead=not row.lead,
                    kinds=row.kinds,
                ),
            )
        matters.draft(
            session,
            session.actor,
            matter=matters.Matter(**{**MATTERS[1], "method": "实地检查、案卷评查"}),  # type: ignore[arg-type]
            effective_on=today + timedelta(days=30),
            reason="检查方式改用统一表述",
        )
