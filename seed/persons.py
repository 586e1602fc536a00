"""The demo city's draw from lawyers: everybody under a pseudonym, the drawn opened, a few visits closed."""

from datetime import date, timedelta

from sqlalchemy import select

from inspection.ceremony import announce, conduct
from inspection.plan import draft as plan
from inspection.plan.matters import drafts as matters
from inspection.visits import assign, findings
from inspection.visits import find as visits
from inspection.visits.tables import VisitRow
from seed.office import SEED, Office, at

_MATTER = matters.Matter(
    code="LS-11",
    name="律师执业行为抽查",
    content="委托和收费、利益冲突审查、案卷归档、执业纪律",
    object_kind="lawyer",
    category="一般检查事项",
    method="现场检查、案卷评查",
    basis="《律师法》第五十二条；《律师执业管理办法》第五十条",
    rate="按信用分层：A 层 0.5%、B 层 5%、C 层 20%、D 层 50%",
    frequency="每年 1 次",
)
_STRATA: list[dict[str, object]] = [
    {"id": "A", "rate_bp": 50, "min": 1, "max": 10},
    {"id": "B", "rate_bp": 500, "min": 1, "max": 3},
    {"id": "C", "rate_bp": 2000, "min": 1, "max": 3},
    {"id": "D", "rate_bp": 5000, "min": 0, "max": 2},
]
_TEAM: dict[str, object] = {"size": 2, "lead_required": True, "cross_district": True, "max_load": None}
_CLOSED = 3


def drawn(office: Office, day: date) -> None:
    """A draw of the day from all lawyers, its first visits closed five days later."""
    with office.work.write(office.actors["head"]) as session:
        prepared = matters.draft(
            session, session.actor, matter=_MATTER, effective_on=session.today, reason="首次公布"
        ).public_id
    with office.work.write(office.actors["leader"]) as session:
        matter = matters.publish(session, session.actor, draft_id=prepared).public_id
    with office.work.write(office.actors["head"]) as session:
        task = plan.create_task(
            session,
            session.actor,
            code=f"{day.year}-LS-11",
            title=f"{day.year} 年度律师执业行为双随机抽查",
            matter=matter,
            strata=_STRATA,
            reserve=2,
            team=_TEAM,
            yearly_cap=1,
            deadline=day + timedelta(days=60),
        ).public_id
    dice = [{"kind": "dice", "by": name} for name in ("witness", "witness2")]
    with office.work.write(office.actors["draw"]) as session:
        draw = announce.announce(session, session.actor, task=task, plan=dice).public_id
        conduct.freeze(session, session.actor, draw_id=draw)
        conduct.commit(session, session.actor, draw_id=draw)
    for position, name in enumerate(("witness", "witness2")):
        with office.work.write(office.actors[name]) as session:
            digits = "".join(str(byte % 10) for byte in session.random(24))
            conduct.supply(session, session.actor, draw_id=draw, position=position, value=digits)
    assign.draw_now(office.work, office.actors["draw"], draw_id=draw)
    office.clock.set(at(day + timedelta(days=5), 10))
    for visit in _opened(office, draw)[:_CLOSED]:
        with office.work.write(SEED) as session:
            findings.note_finding(
                session,
                SEED,
                visit=visit,
                visited_on=session.today,
                codes=["1"],
                measure="none",
                note="查阅委托合同、收费凭证和三份案卷。",
            )
        with office.work.write(office.actors["head"]) as session:
            findings.close(session, session.actor, visit=visit)


def _opened(office: Office, draw: str) -> list[str]:
    with office.work.read() as session:
        listed, _ = visits.worklist(session, states=["assigned"], limit=1000)
        known = select(VisitRow.public_id).order_by(VisitRow.id)
        own = {visit.public_id for visit in listed if visit.draw == draw}
        return [visit for visit in session.scalars(known) if visit in own]
