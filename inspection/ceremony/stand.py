"""Where a ceremony stands, from its announcement on, for programs and for the parties: what is done, whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from inspection.ceremony import find, listed
from inspection.ceremony.announce import parties
from inspection.ceremony.find import DrawPage, Voided
from inspection.ceremony.listed import Listed
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


@dataclass(frozen=True)
class TaskLine:
    """A task and its last draw, from the announcement on; `draw` and `state` are None before the first. `next` is the
    place behind it in the list."""

    public_id: str
    code: str
    title: str
    object_kind: str
    deadline: date
    draw: str | None
    state: str | None
    next: int


def tasks(session: WorkSession, *, before: int | None, limit: int, on: date) -> list[TaskLine]:
    """Tasks, the newest first, from before row `before` on."""
    query = select(TaskRow).options(joinedload(TaskRow.matter)).order_by(TaskRow.id.desc()).limit(limit)
    rows = session.scalars(query if before is None else query.where(TaskRow.id < before)).all()
    drawn = listed.latest(session, [row.public_id for row in rows], on=on)
    open_ = select(AnnouncementRow.task_id, AnnouncementRow.public_id).where(
        AnnouncementRow.task_id.in_([row.id for row in rows]), AnnouncementRow.ended_at.is_(None)
    )
    announced = {row.task_id: row.public_id for row in session.execute(open_)}
    return [_line(row, drawn.get(row.public_id), announced.get(row.id)) for row in rows]


def _line(row: TaskRow, last: Listed | None, announced: str | None) -> TaskLine:
    draw, state = (last.public_id, last.state) if last is not None else (None, None)
    if announced is not None:
        draw, state = announced, "announced"
    return TaskLine(
        row.public_id, row.code, row.title, row.matter.object_kind, row.deadline, draw, state, row.id
    )


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
