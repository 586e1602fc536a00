"""What the public learns of how letters ended: a summary that names nobody, published by a second person, and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, case, exists, func, select

from publicity.letters import access, handle, rules, states
from publicity.letters.tables import LetterHandoverRow, LetterRow
from registry.credit import evidence
from registry.credit.casework import steps
from registry.credit.casework.tables import StepRow
from registry.credit.catalogue import add_months
from registry.credit.sealing import opened, seal
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.work import Work, WorkSession

SUMMARY_SEAL = "pub_letters.summary"
LONGEST = 500


def summarise(session: WorkSession, actor: Actor, *, letter: str, summary: str) -> None:
    """拟写公开摘要: it names neither the sender nor the subject, and holds no number of anybody's.

    Raises Invalid (`names_sender`, `names_subject`, `numbers`, `too_long`), Conflict (`published`, `deleted`, `out_of_turn`).
    """
    row = access.held(session, actor, letter)
    access.require_handler(session, actor, row)
    if row.published_on is not None:
        raise Conflict("办理结果已经公开，先撤下再改", rule="published")
    if row.wording is None:
        raise Conflict("来信内容已按期删除，无从核对摘要，不能再写", rule="deleted")
    text = handle.without_sender(session, row, "summary", summary, "请填写公开摘要")
    if len(text) > LONGEST:
        raise Invalid.field("summary", "too_long", f"不超过 {LONGEST} 字")
    named = handle.wording(session, row).get("subject", "")
    if named and named in text:
        raise Invalid.field("summary", "names_subject", "摘要不写被投诉举报的人员和机构名称")
    _note(session, actor, row, "summarise")
    row.summary, row.summarised_by = seal(session, {"summary": text}, SUMMARY_SEAL), actor.id


def publish(session: WorkSession, actor: Actor, *, letter: str) -> None:
    """公开办理结果, by somebody who did not write the summary. Raises Refused (`four_eyes`), Conflict (`no_summary`, `published`)."""
    row = access.held(session, actor, letter)
    if row.summary is None:
        raise Conflict("还没有公开摘要", rule="no_summary")
    if row.published_on is not None:
        raise Conflict("办理结果已经公开", rule="published")
    steps.bar(actor, frozenset({row.summarised_by or ""}), why="拟写摘要的人不能自己公开")
    _note(session, actor, row, "publish")
    row.published_on = session.today
    row.published_until = add_months(session.today, rules.RESULT_MONTHS)


def retract(session: WorkSession, actor: Actor, *, letter: str, reason: str) -> None:
    """撤下: the result is no longer public, its summary is gone and may be written anew.

    The reason goes when the result would have ended. Raises Conflict (`not_published`), Invalid.
    """
    row = access.held(session, actor, letter)
    note = steps.required("reason", reason, "请写明撤下的理由")
    if row.published_on is None:
        raise Conflict("办理结果没有公开", rule="not_published")
    _note(session, actor, row, "retract", note=note)
    row.published_on = row.summary = row.summarised_by = None


def _note(session: WorkSession, actor: Actor, row: LetterRow, step: str, *, note: str = "") -> None:
    actor.require(states.move(row.state, step).permission)
    steps.take(session, actor, row.public_id, step, note=note)
    session.act(f"letter.{step}", row.public_id)


def summary(session: WorkSession, row: LetterRow) -> str | None:
    return str(opened(session, row.summary, SUMMARY_SEAL)["summary"]) if row.summary else None


@dataclass(frozen=True)
class Result:
    """One published result; `id` is the cursor. It bears no number: whose letter it was nobody can look up."""

    id: int
    kind: str
    received: str
    answered_on: date
    outcome: str
    summary: str
    published_on: date

    @property
    def kind_title(self) -> str:
        return rules.KINDS.get(self.kind, self.kind)

    @property
    def outcome_title(self) -> str:
        return rules.result(self.outcome)


def results(
    session: WorkSession, *, kind: str = "", before: int | None = None, limit: int
) -> tuple[list[Result], int | None]:
    """What is public today, the newest first, and the cursor of the next page."""
    wanted = select(LetterRow).where(
        LetterRow.published_on.is_not(None), LetterRow.published_until > session.today
    )
    if kind:
        wanted = wanted.where(LetterRow.kind == kind)
    if before is not None:
        wanted = wanted.where(LetterRow.id < before)
    rows = session.scalars(wanted.order_by(LetterRow.id.desc()).limit(limit + 1)).all()
    shown = [
        Result(
            row.id,
            row.kind,
            f"{row.received_on:%Y-%m}",
            row.answered_on or row.received_on,
            row.outcome or "",
            summary(session, row) or "",
            row.published_on or row.received_on,
        )
        for row in rows[:limit]
    ]
    return shown, rows[limit - 1].id if len(rows) > limit else None


@dataclass(frozen=True)
class Count:
    """Letters of one sort: received, of these answered, answered in time, found true (wholly or partly)."""

    label: str
    received: int
    answered: int
    in_time: int
    true: int


def statistics(session: WorkSession, *, year: int) -> tuple[Sequence[Count], Sequence[Count]]:
    """The letters received in `year`, by kind and by month, each in order and with its zeros."""
    by_kind = {kind: [0, 0, 0, 0] for kind in rules.KINDS}
    by_month = {month: [0, 0, 0, 0] for month in range(1, 13)}
    done = LetterRow.state == "answered"
    counted = select(
        LetterRow.kind,
        LetterRow.received_on,
        func.count(),
        func.sum(case((done, 1), else_=0), type_=Integer),
        func.sum(case((done & (LetterRow.answered_on <= LetterRow.due_on), 1), else_=0), type_=Integer),
        func.sum(case((LetterRow.outcome.in_(("proven", "partly")) & done, 1), else_=0), type_=Integer),
    ).where(LetterRow.received_on.between(date(year, 1, 1), date(year, 12, 31)))
    for kind, day, *figures in session.execute(counted.group_by(LetterRow.kind, LetterRow.received_on)):
        for counts in (by_kind.setdefault(kind, [0, 0, 0, 0]), by_month[day.month]):
            for place, figure in enumerate(figures):
                counts[place] += figure
    return (
        [Count(rules.KINDS.get(kind, kind), *counts) for kind, counts in by_kind.items()],
        [Count(f"{year}-{month:02}", *counts) for month, counts in by_month.items()],
    )


def years(session: WorkSession) -> list[int]:
    """The years that letters came in, the newest first; this year always."""
    first = session.scalar(select(func.min(LetterRow.received_on)))
    return list(range(session.today.year, (first or session.today).year - 1, -1))


def purge(work: Work) -> Mapping[str, int]:
    """The job `letters`: deletes what is over its term.

    With the letter go who wrote, what was written, the files, the answer and a summary that is not public; with the result
    go its summary and what was noted at the steps since.
    """
    with work.write(Actor.job("letters")) as session:
        answered = select(LetterRow).where(LetterRow.wording.is_not(None), LetterRow.state == "answered")
        old = [
            row
            for row in session.scalars(answered.with_for_update())
            if row.answered_on and add_months(row.answered_on, rules.KEEP_MONTHS) < session.today
        ]
        for row in old:
            row.sender = row.wording = row.answer = None
            if row.published_on is None:
                row.summary = None
            evidence.forget(session, row.public_id)
            steps.forget(session, row.public_id)
            for handover in session.scalars(
                select(LetterHandoverRow).where(LetterHandoverRow.letter_id == row.id)
            ):
                handover.note = None
        noted = exists().where(StepRow.record == LetterRow.public_id, StepRow.note.is_not(None))
        ended = session.scalars(
            select(LetterRow)
            .where(
                LetterRow.published_until <= session.today,
                LetterRow.summary.is_not(None) | (LetterRow.wording.is_(None) & noted),
            )
            .with_for_update()
        ).all()
        for row in ended:
            row.summary = None
            if row.wording is None:
                steps.forget(session, row.public_id)
        if old or ended:
            session.act("letter.purge", "letters", count=len(old), results=len(ended))
    return {"purged": len(old), "results": len(ended)}
