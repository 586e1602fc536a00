"""Before a frame is frozen: a draw's id and its plan of chance are announced, so that whoever will reveal a value can
commit to it for this very draw (specification section 3.1)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.ceremony import void
from inspection.ceremony.rows import of_task, overdue, refuse_programs
from inspection.ceremony.tables import AnnouncementRow, CommitmentRow, DrawRow
from inspection.plan.tables import TaskRow
from registry.accounts.staff import everybody
from registry.accounts.tables import StaffRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession

# From the freezing to the last dice. The task's own deadline is for its visits, and may be over when the successor of
# a draw that lapsed is frozen.
DRAW_WITHIN = timedelta(days=30)
_LIVE = ("frozen", "committed", "ready")
_COMMITMENT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Party:
    """One item of an announced plan. `commitment` is None until it was handed over, and for dice and beacons always."""

    position: int
    kind: str
    by: str
    source: str | None
    round: str | None
    due: datetime | None
    commitment: str | None
    handed_over_at: datetime | None

    @property
    def awaited(self) -> bool:
        return self.kind == "reveal" and self.commitment is None


@dataclass(frozen=True)
class Announced:
    """An open announcement: the id that the draw will bear, and its plan."""

    public_id: str
    announced_at: datetime
    parties: Sequence[Party]

    @property
    def complete(self) -> bool:
        """Whether the frame may be frozen."""
        return not any(party.awaited for party in self.parties)


def announce(
    session: WorkSession,
    actor: Actor,
    *,
    task: str,
    plan: Sequence[Mapping[str, str]],
    supersedes: str | None = None,
) -> AnnouncementRow:
    """Gives the next draw of the task with public id `task` its id, under the plan of chance `plan`: `kind` and `by` of
    each item; `source`, `round` and `due` of a beacon, the moment of its publication (ISO 8601 with its offset), which
    lies ahead; those who reveal hand their commitments over afterwards. Beacons come last: dice thrown, or a value kept
    back, by somebody who knows the beacon would be no chance.

    Raises Conflict while the task has a live draw or an open announcement, Refused for parties who may not supply
    chance, Invalid for a plan without two parties, or with a beacon that is known or not the last.
    """
    actor.require("draw.freeze")
    row = session.scalar(select(TaskRow).where(TaskRow.public_id == task).with_for_update())
    if row is None:
        raise NotFound("没有这项抽查任务")
    if open_of(session, row.id) is not None:
        raise Conflict("已公布抽取编号和随机源计划，请先完成或撤回", rule="announced")
    earlier = of_task(session, row.id)
    if earlier and overdue(earlier[0].state, earlier[0].deadline, on=session.today):
        void.lapse(session, actor, draw_id=earlier[0].public_id)
    predecessor(earlier, supersedes)
    _refuse_unfit(session, actor, plan, barred={past.void_party for past in earlier})
    _refuse_known(plan, now=session.now)
    announced = AnnouncementRow(
        public_id=session.new_id(),
        task_id=row.id,
        plan=[dict(item) for item in plan],
        supersedes=supersedes,
        announced_at=session.now,
        announced_by=actor.id,
    )
    session.add(announced)
    session.flush()
    session.act("draw.announce", announced.public_id, task=row.public_id)
    return announced


def hand_over(session: WorkSession, actor: Actor, *, draw_id: str, commitment: str) -> None:
    """The commitment of whoever reveals, from that party's own session; it cannot be changed any more.

    Raises Refused for somebody of whom the plan wants none, and for programs, Conflict for a second one or for another
    party's, Invalid for what is no SHA-256 in hexadecimal.
    """
    refuse_programs(actor)
    actor.require("draw.chance")
    row = opened(session, draw_id)
    if not _COMMITMENT.fullmatch(commitment):
        raise Invalid.field("commitment", "not hex", "承诺值应为 64 位小写十六进制数字")
    name = username(session, actor) if actor.kind == "staff" else actor.id
    mine = next((one for one in parties(session, row) if one.kind == "reveal" and one.by == name), None)
    if mine is None:
        raise Refused("计划中没有须由您提交的承诺值", rule="other_party")
    if not mine.awaited:
        raise Conflict("承诺值已提交，不能更改", rule="committed")
    if any(one.commitment == commitment for one in parties(session, row)):
        raise Conflict("另一方已提交相同的承诺值，请重新选取随机数", rule="repeated")
    session.add(
        CommitmentRow(
            announcement_id=row.id,
            position=mine.position,
            commitment=commitment,
            handed_over_at=session.now,
        )
    )
    session.act("draw.hand_over", row.public_id, position=mine.position)


def call_off(session: WorkSession, actor: Actor, *, draw_id: str) -> None:
    """Ends an announcement of which no frame was frozen. Nothing was drawn from, and no value is known to anyone.

    Raises NotFound, Conflict once its frame is frozen.
    """
    actor.require("draw.freeze")
    row = opened(session, draw_id)
    row.ended_at = session.now
    session.act("draw.call_off", row.public_id)


def opened(session: Session, draw_id: str) -> AnnouncementRow:
    """The open announcement of this draw, held until the unit of work ends. Raises NotFound, Conflict when it ended."""
    row = session.scalar(
        select(AnnouncementRow).where(AnnouncementRow.public_id == draw_id).with_for_update()
    )
    if row is None:
        raise NotFound("没有公布过这次抽取")
    if row.ended_at is not None:
        raise Conflict("名录已冻结，或公布已撤回", rule="not_announced")
    return row


def open_of(session: Session, task_id: int) -> AnnouncementRow | None:
    """The open announcement of a task (row id); there is one at most."""
    found = select(AnnouncementRow).where(
        AnnouncementRow.task_id == task_id, AnnouncementRow.ended_at.is_(None)
    )
    return session.scalar(found)


def announced(session: Session, task: str) -> Announced | None:
    """What is announced for the task with public id `task`."""
    found = session.scalar(
        select(AnnouncementRow)
        .join(TaskRow, TaskRow.id == AnnouncementRow.task_id)
        .where(TaskRow.public_id == task, AnnouncementRow.ended_at.is_(None))
    )
    if found is None:
        return None
    return Announced(found.public_id, found.announced_at, parties(session, found))


def parties(session: Session, row: AnnouncementRow) -> list[Party]:
    """The plan's items in order, with the commitments handed over so far."""
    handed = {
        one.position: one
        for one in session.scalars(select(CommitmentRow).where(CommitmentRow.announcement_id == row.id))
    }
    return [
        Party(
            position=position,
            kind=item["kind"],
            by=item["by"],
            source=item.get("source"),
            round=item.get("round"),
            due=datetime.fromisoformat(item["due"]) if "due" in item else None,
            commitment=handed[position].commitment if position in handed else None,
            handed_over_at=handed[position].handed_over_at if position in handed else None,
        )
        for position, item in enumerate(row.plan)
    ]


def predecessor(earlier: Sequence[DrawRow], supersedes: str | None) -> DrawRow | None:
    """The draw that the next one of the task follows, None for its first: a voided one, which the new one names
    (`supersedes`), or one whose inspectors could not be assigned, which stands and is not replaced (section 5.4).

    Raises Conflict while a draw is live, after one that was carried out, and for another `supersedes`.
    """
    last = earlier[0] if earlier else None
    if last is not None and last.state in _LIVE:
        raise Conflict("该任务已有进行中的抽取", rule="live_draw")
    named = last.public_id if last is not None and last.state == "voided" else None
    if supersedes != named or (last is not None and last.state == "drawn"):
        raise Conflict("同一任务的新抽取须写明其取代的、已作废的上一次抽取", rule="supersedes")
    return last


def username(session: Session, actor: Actor) -> str | None:
    """Parties stand in the frame by user name: the record is read by people, for years."""
    return session.scalar(select(StaffRow.username).where(StaffRow.public_id == actor.id))


def _refuse_unfit(
    session: WorkSession, actor: Actor, plan: Sequence[Mapping[str, str]], *, barred: set[str | None]
) -> None:
    """Whoever plans the draw must not hold its chance: two parties at least, witnesses of the office, none barred."""
    parties = {item["by"] for item in plan}
    if len(parties) < 2 and all(item["kind"] != "beacon" for item in plan):
        raise Invalid.field("by", "two_parties", "随机源至少由两方提供，请选择两名见证人")
    if parties & barred:
        raise Refused("此前未提供随机源的一方不得参加本任务的抽取", rule="barred_party")
    # Jobs and the command line plan for parties who have no account here.
    if actor.kind in ("job", "command"):
        return
    witnesses = {
        staff.username
        for staff in everybody(session)
        if staff.ended_at is None and "witness" in staff.roles and staff.public_id != actor.id
    }
    if not parties <= witnesses:
        raise Invalid.field("by", "not_a_witness", "提供随机源的须是在职的见证人，且不能是冻结名录的人本人")


def _refuse_known(plan: Sequence[Mapping[str, str]], *, now: datetime) -> None:
    """A beacon is chance only while nobody can know it: it is published after all else has been settled."""
    beacons = [item for item in plan if item["kind"] == "beacon"]
    if beacons != list(plan[len(plan) - len(beacons) :]):
        raise Invalid.field("beacon_by", "beacon_last", "公共随机源应排在骰子和揭示之后")
    for item in beacons:
        try:
            due = datetime.fromisoformat(item.get("due", ""))
        except ValueError:
            raise Invalid.field("beacon_due", "missing", "请填写公共随机源的公布时间") from None
        if due.tzinfo is None or not now < due <= now + DRAW_WITHIN:
            raise Invalid.field(
                "beacon_due", "not_ahead", "公布时间应在此刻之后、30 天以内：已公布的数值不是随机源"
            )
