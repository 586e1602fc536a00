"""What publicity puts on the work lists: the next step of every release, and notices whose ground fell away."""

from collections.abc import Callable, Sequence

from sqlalchemy import select

from publicity.notices import amend
from publicity.notices import find as notices
from publicity.release.draft import title_of_kind
from publicity.release.states import STEPS, Step
from publicity.release.tables import Release, ReleaseStep
from registry.kernel.clock import local_day
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession


def _open(step: Step) -> Callable[[WorkSession, int], Sequence[Duty]]:
    def listed(session: WorkSession, limit: int) -> list[Duty]:
        rows = session.execute(
            select(
                Release.id,
                Release.public_id,
                Release.kind,
                Release.title,
                Release.subject,
                Release.drafted_at,
                Release.due_on,
                Release.due_provisional,
            )
            .where(Release.state == step.before)
            .order_by(Release.due_on, Release.id)
            .limit(limit)
        ).all()
        elsewhere = _took_another(session, [row.id for row in rows], step)
        return [
            Duty(
                title=" · ".join(
                    text
                    for text in (row.title or title_of_kind(row.kind), (row.subject or {}).get("name"))
                    if text
                ),
                endpoint="release.release",
                values={"public_id": row.public_id},
                since=local_day(row.drafted_at),
                # The clock stops with publication; the archive has no term of law.
                due=row.due_on if step.name != "archive" else None,
                provisional=row.due_provisional,
                barred=elsewhere.get(row.id, frozenset()),
            )
            for row in rows
        ]

    return listed


def _took_another(session: WorkSession, releases: Sequence[int], step: Step) -> dict[int, frozenset[str]]:
    """Who took another step of each release, and may not take this one (see states.may_take)."""
    found: dict[int, set[str]] = {}
    for row in session.execute(
        select(ReleaseStep.release_id, ReleaseStep.actor).where(
            ReleaseStep.release_id.in_(releases), ReleaseStep.step != step.name
        )
    ):
        found.setdefault(row.release_id, set()).add(row.actor)
    return {release: frozenset(actors) for release, actors in found.items()}


def _fallen(session: WorkSession, limit: int) -> list[Duty]:
    return [
        Duty(
            title=f"{one.notice.title} · {one.notice.subject['name']}",
            endpoint="release.notice",
            values={"public_id": one.notice.public_id},
            since=one.annulled_on,
            due=one.due.day,
            provisional=one.due.provisional,
        )
        for one in notices.fallen(session, limit=limit)
    ]


WORKLISTS = (
    *(Worklist(f"公开流程：{step.title}", step.permission, _open(step)) for step in STEPS),
    Worklist("撤下依据已撤销的公示", "notice.withdraw", _fallen),
    Worklist("按更正后的记录更正公示", "notice.correct", amend.waiting),
)
