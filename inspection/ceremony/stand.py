"""Where a ceremony stands, from its announcement on, for programs and for the parties: what is done, whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from inspection.ceremony import find
from inspection.ceremony.announce import parties
from inspection.ceremony.find import DrawPage, Voided
from inspection.ceremony.rows import STATES as DRAW_STATES
from inspection.ceremony.tables import AnnouncementRow, DrawRow
from inspection.plan.tables import TaskRow
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession

STATES = {"announced": "已公布，等待承诺值或冻结名录", "called_off": "公布已撤回", **DRAW_STATES}


@dataclass(frozen=True)
class Item:
    """One item of the plan of chance. `commitment` is None until it was handed over, and for all but reveals always."""

    position: int
    kind: str
    by: str
    source: str | None
    round: str | None
    due: datetime | None
    commitment: str | None
    supplied_at: datetime | None


@dataclass(frozen=True)
class Stand:
    """`task` and `draw` are public ids. What only a frozen frame has is None before; `drawn` tells whether it was drawn."""

    public_id: str
    task: str
    state: str
    state_title: str
    announced_at: datetime | None
    deadline: date | None
    overdue: bool
    plan: Sequence[Item]
    frame_sha256: str | None
    commit_index: int | None
    drawn_at: datetime | None
    record_index: int | None
    void_proposal: Voided | None
    voided: Voided | None
    supersedes: str | None


def stand(session: WorkSession, public_id: str, *, on: date) -> Stand:
    """The ceremony of a draw (public id). Raises NotFound."""
    announced = session.scalar(select(AnnouncementRow).where(AnnouncementRow.public_id == public_id))
    frozen = session.scalar(select(DrawRow.id).where(DrawRow.public_id == public_id))
    if frozen is not None:
        return _of_draw(session, find.draw_page(session, public_id, on=on), announced)
    if announced is None:
        raise NotFound("没有这次抽取")
    state = "announced" if announced.ended_at is None else "called_off"
    task = session.scalars(select(TaskRow.public_id).where(TaskRow.id == announced.task_id)).one()
    return Stand(
        public_id=public_id,
        task=task,
        state=state,
        state_title=STATES[state],
        announced_at=announced.announced_at,
        deadline=None,
        overdue=False,
        plan=_plan(session, announced),
        frame_sha256=None,
        commit_index=None,
        drawn_at=None,
        record_index=None,
        void_proposal=None,
        voided=None,
        supersedes=announced.supersedes,
    )


def _of_draw(session: WorkSession, page: DrawPage, announced: AnnouncementRow | None) -> Stand:
    supplied = {item.position: item.supplied_at for item in page.plan}
    plan = (
        _plan(session, announced, supplied)
        if announced is not None
        else [
            Item(item.position, item.kind, item.by, None, None, None, None, item.supplied_at)
            for item in page.plan
        ]
    )
    return Stand(
        public_id=page.public_id,
        task=page.task,
        state=page.state,
        state_title=page.state_title,
        announced_at=announced.announced_at if announced is not None else None,
        deadline=page.deadline,
        overdue=page.overdue,
        plan=plan,
        frame_sha256=page.frame_sha256,
        commit_index=page.commit_index,
        drawn_at=page.drawn_at,
        record_index=page.record_index,
        void_proposal=page.void_proposal,
        voided=page.voided,
        supersedes=page.supersedes,
    )


def _plan(
    session: WorkSession, announced: AnnouncementRow, supplied: dict[int, datetime | None] | None = None
) -> list[Item]:
    return [
        Item(
            party.position,
            party.kind,
            party.by,
            party.source,
            party.round,
            party.due,
            party.commitment,
            (supplied or {}).get(party.position),
        )
        for party in parties(session, announced)
    ]
