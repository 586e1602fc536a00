"""Reads letters: for whoever has number and code, and for the office. Lists name nobody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, select

from inspection.plan.tables import MatterRow, TaskRow
from publicity import tracking
from publicity.letters import access, handle, results, rules, states
from publicity.letters.tables import LetterHandoverRow, LetterRecusalRow, LetterRow
from registry.accounts import staff
from registry.accounts.roles import permissions_of
from registry.credit import evidence
from registry.credit.casework import steps
from registry.credit.casework.steps import Step
from registry.credit.complaint.tables import ComplaintRow
from registry.credit.complaint.terms import Terms
from registry.credit.evidence import Evidence
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.faults import NotFound
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession
from registry.roster import find as roster


@dataclass(frozen=True)
class Followed:
    """What whoever has number and code is told: nothing that was written, which stands in no page again."""

    number: str
    kind: str
    received_at: datetime
    state: str
    due_on: date
    due_provisional: bool
    extended: bool
    outcome: str | None
    reply: str | None
    answered_on: date | None

    @property
    def kind_title(self) -> str:
        return rules.KINDS.get(self.kind, self.kind)

    @property
    def state_title(self) -> str:
        """A drafted answer is still being worked on: what it says is not decided."""
        return states.STATES["handling" if self.state == "drafted" else self.state]

    @property
    def outcome_title(self) -> str | None:
        return rules.result(self.outcome) if self.outcome else None


def followed(session: WorkSession, number: str, code: str) -> Followed | None:
    """None for an unknown number and for a wrong code alike."""
    row = session.scalar(select(LetterRow).where(LetterRow.number == tracking.written(number)))
    if not tracking.opens(session, row.public_id if row else None, code) or row is None:
        return None
    done = row.state == "answered"
    return Followed(
        row.number,
        row.kind,
        row.received_at,
        row.state,
        row.due_on,
        row.due_provisional,
        row.extended,
        row.outcome if done else None,
        handle.reply(session, row) if done else None,
        row.answered_on,
    )


@dataclass(frozen=True)
class Listed:
    """A letter in the office's lists."""

    id: int
    public_id: str
    number: str
    kind: str
    anonymous: bool
    section: str | None
    received_on: date
    state: str
    due_on: date
    due_provisional: bool
    outcome: str | None
    published: bool

    @property
    def kind_title(self) -> str:
        return rules.KINDS.get(self.kind, self.kind)

    @property
    def state_title(self) -> str:
        return states.STATES[self.state]

    @property
    def outcome_title(self) -> str | None:
        return rules.result(self.outcome) if self.outcome else None


@dataclass(frozen=True)
class Handover:
    """What went to whoever plans inspections. `note` None once deleted; `task` the code of the task that followed."""

    public_id: str
    number: str
    subject: str
    matter: str
    matter_code: str
    note: str | None
    handed_at: datetime
    task: str | None


@dataclass(frozen=True)
class Letter:
    """A letter as its page shows it. `open` says whether the reader may see what was written; else the texts are empty, and so
    is what became of it before it is answered: the outcome, who is kept out, the summary, the case and the handovers.

    `subject` is (kind, public id) where it is registered. `complaint` is the public id of the case opened from it.
    """

    listed: Listed
    open: bool
    subject_name: str
    subject: tuple[str, str] | None
    statement: str
    named: bool
    purged: bool
    reply: str | None
    summary: str | None
    extended: bool
    accepted: bool
    terms: Terms
    complaint: str | None
    handovers: Sequence[Handover]
    files: Sequence[Evidence]
    steps: Sequence[Step]
    recused: Sequence[str]
    drafted_by: str | None
    summarised_by: str | None

    def may(self, actor: Actor, step: str) -> bool:
        """Whether the reader may take the step now."""
        move = states.MOVES[step]
        four_eyes = {"answer": self.drafted_by, "send_back": self.drafted_by, "publish": self.summarised_by}
        published = self.listed.published
        fits = {
            "extend": not self.extended and self.accepted,
            "complaint": self.complaint is None and not self.recused,
            "summarise": not published and not self.purged,
            "publish": not published and self.summary is not None,
            "retract": published,
        }
        return (
            self.open
            and self.listed.state in move.before
            and actor.may(move.permission)
            and four_eyes.get(step) != actor.id
            and fits.get(step, True)
        )


def letters(
    session: WorkSession, actor: Actor, *, state: str, kind: str = "", before: int | None = None, limit: int
) -> tuple[list[Listed], int | None]:
    """Letters in one state ("open" for all that wait, "" for all) that the actor may know of, the newest first."""
    wanted = select(LetterRow).where(access.not_recused(actor))
    if state == "open":
        wanted = wanted.where(LetterRow.state.in_(states.OPEN))
    elif state:
        wanted = wanted.where(LetterRow.state == state)
    if kind:
        wanted = wanted.where(LetterRow.kind == kind)
    if before is not None:
        wanted = wanted.where(LetterRow.id < before)
    rows = session.scalars(wanted.order_by(LetterRow.id.desc()).limit(limit + 1)).all()
    return [_listed(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def letter(session: WorkSession, actor: Actor, public_id: str) -> Letter:
    """Raises NotFound, for whoever is recused too."""
    row = access.seen(session, actor, public_id)
    open_ = access.opens(session, actor, row)
    texts = handle.wording(session, row) if open_ else {}
    names = staff.names(session, access.recused(session, row)) if open_ else {}
    complaint = session.get_one(ComplaintRow, row.complaint_id) if open_ and row.complaint_id else None
    told = open_ or row.state == "answered"
    return Letter(
        listed=replace(_listed(row), outcome=row.outcome if told else None),
        open=open_,
        subject_name=texts.get("subject", ""),
        subject=_subject(session, row) if open_ else None,
        statement=texts.get("statement", ""),
        named=row.sender is not None,
        purged=row.wording is None,
        reply=handle.reply(session, row) if open_ else None,
        summary=results.summary(session, row) if open_ else None,
        extended=row.extended,
        accepted=row.accepted_on is not None,
        terms=handle.rule(session, row),
        complaint=complaint.public_id if complaint else None,
        handovers=_handovers(session, LetterHandoverRow.letter_id == row.id) if open_ else (),
        files=evidence.of(session, row.public_id) if open_ else (),
        steps=steps.of(session, row.public_id) if open_ else (),
        recused=sorted(names.values()),
        drafted_by=row.drafted_by,
        summarised_by=row.summarised_by,
    )


def handover(session: WorkSession, actor: Actor, public_id: str) -> Handover:
    """Raises NotFound, for whoever is kept out of its letter too."""
    found = _handovers(session, LetterHandoverRow.public_id == public_id, access.not_recused(actor))
    if not found:
        raise NotFound("没有这件移交")
    return found[0]


def _handovers(session: WorkSession, *conditions: ColumnElement[bool]) -> list[Handover]:
    rows = session.execute(
        select(LetterHandoverRow, LetterRow, MatterRow, TaskRow.code)
        .join(LetterRow, LetterRow.id == LetterHandoverRow.letter_id)
        .join(MatterRow, MatterRow.id == LetterHandoverRow.matter_id)
        .outerjoin(TaskRow, TaskRow.id == LetterHandoverRow.task_id)
        .where(*conditions)
        .order_by(LetterHandoverRow.id)
    )
    return [
        Handover(
            one.public_id,
            row.number,
            handle.wording(session, row).get("subject", ""),
            matter.name,
            matter.code,
            session.keys.decrypt(one.note, handle.NOTE_SEAL) if one.note else None,
            one.handed_at,
            task,
        )
        for one, row, matter, task in rows
    ]


def _subject(session: WorkSession, row: LetterRow) -> tuple[str, str] | None:
    own = {
        "organisations": [row.organisation_id] if row.organisation_id else [],
        "practitioners": [row.practitioner_id] if row.practitioner_id else [],
    }
    for (kind, _), found in roster.named(session, **own).items():
        return kind, found.public_id
    return None


def _listed(row: LetterRow) -> Listed:
    return Listed(
        row.id, row.public_id, row.number, row.kind, row.anonymous, row.section, row.received_on, row.state,
        row.due_on, row.due_provisional, row.outcome, row.published_on is not None,
    )  # fmt: skip


def _waiting(state: str, *, deciding: bool = False) -> Callable[[WorkSession, int], Sequence[Duty]]:
    def open_(session: WorkSession, limit: int) -> Sequence[Duty]:
        rows = session.scalars(
            select(LetterRow)
            .where(LetterRow.state == state)
            .order_by(LetterRow.due_on, LetterRow.id)
            .limit(limit)
        ).all()
        if deciding:
            barred = {row.id: access.recused(session, row) | {row.drafted_by or ""} for row in rows}
        else:
            barred = access.barred(session, rows)
        return [
            Duty(
                title=f"{row.number} · {rules.KINDS.get(row.kind, row.kind)}",
                endpoint="letters_staff.letter",
                values={"public_id": row.public_id},
                since=row.received_on,
                due=row.due_on,
                provisional=row.due_provisional,
                barred=frozenset(barred[row.id]),
            )
            for row in rows
        ]

    return open_


def _handed(session: WorkSession, limit: int) -> Sequence[Duty]:
    rows = session.execute(
        select(LetterHandoverRow, LetterRow)
        .join(LetterRow, LetterRow.id == LetterHandoverRow.letter_id)
        .where(LetterHandoverRow.task_id.is_(None))
        .order_by(LetterHandoverRow.id)
        .limit(limit)
    )
    return [
        Duty(
            title="投诉举报移交的检查线索",
            endpoint="letters_staff.handover",
            values={"public_id": one.public_id},
            since=local_day(one.handed_at),
            barred=access.recused(session, row),
        )
        for one, row in rows
    ]


def _nobodys(session: WorkSession, limit: int) -> Sequence[Duty]:
    """Letters whose recusals leave nobody to handle or to sign them: somebody has to be given the role, or another office it.

    Whoever manages the staff learns the number alone.
    """
    keeps_out = exists().where(LetterRecusalRow.letter_id == LetterRow.id)
    rows = session.scalars(
        select(LetterRow)
        .where(LetterRow.state.in_(states.OPEN), keeps_out)
        .order_by(LetterRow.due_on, LetterRow.id)
    ).all()
    able = [
        (one.public_id, permissions_of(one.roles, states.PERMISSIONS))
        for one in staff.everybody(session)
        if one.ended_at is None
    ]
    found = []
    for row in rows:
        out = access.recused(session, row)
        handlers = {who for who, may in able if states.HANDLE in may} - out
        deciders = {who for who, may in able if states.DECIDE in may} - out - {row.drafted_by}
        if not handlers or not deciders:
            found.append(
                Duty(
                    title=f"{row.number} 因回避无人可以办理或者审签，请安排人员或者移交上级机关",
                    endpoint="staff.people",
                    values={},
                    since=row.received_on,
                    due=row.due_on,
                    provisional=row.due_provisional,
                    barred=out,
                )
            )
    return found[:limit]


WORKLISTS = (
    Worklist("投诉举报：决定是否受理", states.HANDLE, _waiting("received")),
    Worklist("投诉举报：办理和拟写答复", states.HANDLE, _waiting("handling")),
    Worklist("投诉举报：审签答复", states.DECIDE, _waiting("drafted", deciding=True)),
    Worklist("投诉举报：安排检查", handle.PLAN, _handed),
    Worklist("投诉举报：因回避无人办理", staff.ADMINISTER, _nobodys),
)
