"""Reads consultations: for the page of a release, for the letters, and for the work lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from publicity.release import decide as releases
from publicity.release import draft, hands, states
from publicity.release.consultation import rules
from publicity.release.consultation.state import consultations, opened, so, step
from publicity.release.consultation.tables import ConsultationRow
from publicity.release.tables import Release
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.faults import NotFound, Refused
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession


@dataclass(frozen=True)
class Consultation:
    """A consultation as one person may see it: `name` to `reason` are empty for whoever may neither review nor approve."""

    public_id: str
    release: str
    concern: str
    asked_on: date
    received_on: date | None
    due_on: date | None
    due_provisional: bool
    answered_on: date | None
    answer: str | None
    late: bool
    decision: str | None
    decided_on: date | None
    told_on: date | None
    open: rules.Open
    to_tell: bool
    may_record: bool
    may_decide: bool
    name: str
    address: str
    about: str
    words: str
    reason: str


def of_release(session: WorkSession, actor: Actor, release: str) -> list[Consultation]:
    """The consultations of a release (public id), the first first."""
    row = session.scalars(select(Release).where(Release.public_id == release)).one()
    return [_consultation(session, actor, row, asked) for asked in consultations(session, row.id)]


def letter(session: WorkSession, actor: Actor, consultation: str) -> tuple[Consultation, str]:
    """A consultation and the title of what is to be published. Raises NotFound, Refused for whoever may not read it."""
    asked = session.scalar(select(ConsultationRow).where(ConsultationRow.public_id == consultation))
    if asked is None:
        raise NotFound("没有这件征求意见")
    read = _consultation(session, actor, asked.release, asked)
    if not read.name:
        raise Refused("征求意见书只有保密审查和审核的人可以查看", rule="permission")
    return read, asked.release.title or draft.title_of_kind(asked.release.kind)


def _consultation(session: WorkSession, actor: Actor, row: Release, asked: ConsultationRow) -> Consultation:
    reviewing, approving = (
        states.may_take(states.step_named(name), **releases.who(session, actor, row, name))
        for name in ("secrecy_review", "approve")
    )
    open_to = reviewing or approving
    received, answered = step(asked, "received"), step(asked, "answered")
    decided, told = step(asked, "decided"), step(asked, "told")
    texts = opened(session, asked.wording) if open_to else {}
    due = received.due_on if received else None
    here = row.state == "reviewed"
    return Consultation(
        public_id=asked.public_id,
        release=row.public_id,
        concern=rules.CONCERNS[asked.concern],
        asked_on=local_day(asked.asked_at),
        received_on=received.on if received else None,
        due_on=due,
        due_provisional=bool(received and received.due_provisional),
        answered_on=answered.on if answered else None,
        answer=rules.ANSWERS.get(answered.outcome or "") if answered else None,
        late=bool(answered and due and answered.on > due),
        decision=rules.DECISIONS.get(decided.outcome or "") if decided else None,
        decided_on=decided.on if decided else None,
        told_on=told.on if told else None,
        open=rules.open_(so(asked), session.today),
        to_tell=rules.against(so(asked)),
        may_record=reviewing and here,
        may_decide=approving and here,
        name=texts.get("name", ""),
        address=texts.get("address", ""),
        about=texts.get("about", ""),
        words=opened(session, answered.wording).get("words", "") if open_to and answered else "",
        reason=opened(session, decided.wording).get("words", "") if open_to and decided else "",
    )


def _open(session: WorkSession, step: str, wanted: frozenset[rules.Open], limit: int) -> Sequence[Duty]:
    rows = session.scalars(
        select(ConsultationRow)
        .join(Release, Release.id == ConsultationRow.release_id)
        .where(Release.state == "reviewed")
        .order_by(ConsultationRow.id)
        .limit(limit)
    ).all()
    taken = hands.of(session, {asked.release_id for asked in rows})
    found = []
    for asked in rows:
        known, row = so(asked), asked.release
        if rules.open_(known, session.today) in wanted:
            found.append(
                Duty(
                    title=row.title or draft.title_of_kind(row.kind),
                    endpoint="release.release",
                    values={"public_id": row.public_id},
                    since=local_day(asked.asked_at),
                    due=row.due_on,
                    provisional=row.due_provisional,
                    barred=hands.barred(taken[row.id], step),
                )
            )
    return found


WORKLISTS = (
    Worklist(
        "登记第三方的送达和答复",
        "release.secrecy_review",
        lambda session, limit: _open(
            session, "secrecy_review", frozenset({"delivery", "answer", "telling"}), limit
        ),
    ),
    Worklist(
        "决定第三方不同意或者未答复的公开",
        "release.approve",
        lambda session, limit: _open(session, "approve", frozenset({"decision"}), limit),
    ),
)
