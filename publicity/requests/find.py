"""Reads requests for disclosure: for whoever has number and code, and for the office."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from publicity.notices.tables import Notice
from publicity.requests import handle, rules, states
from publicity.requests.rules import Decision
from publicity.requests.tables import RequestRow
from registry.credit.casework import steps
from registry.credit.casework.steps import Step
from registry.kernel.access import Actor
from registry.kernel.faults import NotFound
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession

_TOLD = ("correct", "charge", "extend")
"""Steps whose words the applicant reads."""


@dataclass(frozen=True)
class Listed:
    """A request in a list; it names nobody."""

    id: int
    public_id: str
    number: str
    applicant_kind: str
    delivery: str
    received_at: datetime
    received_on: date
    state: str
    due_on: date
    due_provisional: bool
    extended: int
    fee: int | None
    outcome: str | None
    answered_on: date | None
    converted: str | None

    @property
    def applicant_title(self) -> str:
        return rules.APPLICANTS.get(self.applicant_kind, self.applicant_kind)

    @property
    def delivery_title(self) -> str:
        return rules.DELIVERIES.get(self.delivery, self.delivery)

    @property
    def state_title(self) -> str:
        return states.STATES[self.state]

    @property
    def decision(self) -> Decision | None:
        return rules.DECISIONS[self.outcome] if self.outcome else None

    @property
    def gives(self) -> bool:
        """Whether it was answered with information."""
        return self.state == "answered" and self.outcome in rules.PROVIDING


@dataclass(frozen=True)
class Followed:
    """What the applicant is told. `description` is what was asked, as it was written, "" once deleted; `told` are the office's
    words by step (correct, charge, extend); `reply` None until the answer, "" once deleted."""

    listed: Listed
    description: str
    told: Mapping[str, str]
    reply: str | None

    @property
    def state(self) -> str:
        """A drafted answer is still being worked on."""
        return "handling" if self.listed.state == "drafted" else self.listed.state

    @property
    def state_title(self) -> str:
        return states.STATES[self.state]


@dataclass(frozen=True)
class Request:
    """A request as its page shows it. `open` says whether the reader may see what was written; else texts are empty.

    `month_count` tells how many requests of the applicant the month has up to this one, for the fee by count.
    """

    listed: Listed
    open: bool
    description: str
    correction: str
    purged: bool
    reply: str | None
    corrected: bool
    lapsed: bool
    left: int
    month_count: int
    steps: Sequence[Step]
    drafted_by: str | None
    notice: str | None

    def may(self, actor: Actor, step: str) -> bool:
        """Whether the reader may take the step now."""
        move = states.MOVES[step]
        waiting = self.listed.state in ("correcting", "unpaid")
        fits = {
            "correct": not self.corrected,
            "charge": self.listed.fee is None,
            "extend": self.left > 0,
            "draft": not waiting or self.lapsed,
            "send_back": self.drafted_by != actor.id,
            "answer": self.drafted_by != actor.id,
            "convert": self.listed.gives and self.listed.converted is None,
        }
        return self.listed.state in move.before and actor.may(move.permission) and fits.get(step, True)


@dataclass(frozen=True)
class Answer:
    """What the letter of the answer is set from."""

    listed: Listed
    name: str
    description: str
    reply: str


def followed(session: WorkSession, number: str, code: str) -> Followed | None:
    """None for an unknown number and for a wrong code alike."""
    row = handle.opened_by(session, number, code)
    if row is None:
        return None
    done = row.state == "answered"
    listed = _listed(row)
    told = {step.step: step.note for step in steps.of(session, row.public_id) if step.step in _TOLD}
    asked = handle.wording(session, row).get("description", "")
    return Followed(listed, asked, told, (handle.reply(session, row) or "") if done else None)


def answer_by(session: WorkSession, number: str, code: str) -> Answer:
    """The answer for its applicant. Raises NotFound for a wrong number or code, before the answer and once deleted."""
    row = handle.opened_by(session, number, code)
    return _answer(session, row)


def answer_of(session: WorkSession, public_id: str) -> Answer:
    """The answer for the office, drafted or signed. Raises NotFound."""
    return _answer(session, _row(session, public_id), drafted=True)


def _answer(session: WorkSession, row: RequestRow | None, *, drafted: bool = False) -> Answer:
    reply = handle.reply(session, row) if row is not None else None
    if row is None or not reply or (row.state != "answered" and not drafted):
        raise NotFound("没有这件答复")
    texts = handle.wording(session, row)
    return Answer(_listed(row), texts.get("name", ""), texts.get("description", ""), reply)


def requests(
    session: WorkSession, *, state: str, before: int | None = None, limit: int
) -> tuple[list[Listed], int | None]:
    """Requests in one state ("open" for all that wait, "" for all), the newest first, and the cursor of the next page."""
    wanted = select(RequestRow)
    if state == "open":
        wanted = wanted.where(RequestRow.state.in_(states.OPEN))
    elif state:
        wanted = wanted.where(RequestRow.state == state)
    if before is not None:
        wanted = wanted.where(RequestRow.id < before)
    rows = session.scalars(wanted.order_by(RequestRow.id.desc()).limit(limit + 1)).all()
    return [_listed(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def request(session: WorkSession, actor: Actor, public_id: str) -> Request:
    """Raises NotFound."""
    row = _row(session, public_id)
    open_ = actor.may(states.HANDLE) or actor.may(states.DECIDE)
    texts = handle.wording(session, row) if open_ else {}
    notice = select(Notice.public_id).where(Notice.id == row.notice_id)
    return Request(
        listed=_listed(row),
        open=open_,
        description=texts.get("description", ""),
        correction=texts.get("correction", ""),
        purged=row.wording is None,
        reply=handle.reply(session, row) if open_ else None,
        corrected=row.corrected,
        lapsed=session.today > row.due_on,
        left=rules.TERMS["extend"] - row.extended,
        month_count=handle.month_count(session, row),
        steps=steps.of(session, public_id) if open_ else (),
        drafted_by=row.drafted_by,
        notice=session.scalar(notice) if row.notice_id else None,
    )


def applicant(session: WorkSession, public_id: str) -> dict[str, str]:
    """Name, kind and number of the papers, contact; empty once deleted. Raises NotFound."""
    texts = handle.wording(session, _row(session, public_id))
    return {name: texts[name] for name in ("name", "id_kind", "id_number", "contact") if name in texts}


def _row(session: WorkSession, public_id: str) -> RequestRow:
    row = session.scalar(select(RequestRow).where(RequestRow.public_id == public_id))
    if row is None:
        raise NotFound("没有这件申请")
    return row


def _listed(row: RequestRow) -> Listed:
    return Listed(
        row.id, row.public_id, row.number, row.applicant_kind, row.delivery, row.received_at, row.received_on,
        row.state, row.due_on, row.due_provisional, row.extended, row.fee, row.outcome, row.answered_on, row.converted,
    )  # fmt: skip


def _waiting(*waited: str, deciding: bool = False) -> Callable[[WorkSession, int], Sequence[Duty]]:
    def open_(session: WorkSession, limit: int) -> Sequence[Duty]:
        rows = session.scalars(
            select(RequestRow)
            .where(RequestRow.state.in_(waited))
            .order_by(RequestRow.due_on, RequestRow.id)
            .limit(limit)
        )
        return [
            _duty(row, barred=frozenset({row.drafted_by or ""}) if deciding else frozenset()) for row in rows
        ]

    return open_


def _to_assess(session: WorkSession, limit: int) -> Sequence[Duty]:
    rows = session.scalars(
        select(RequestRow)
        .where(
            RequestRow.state == "answered",
            RequestRow.outcome.in_(rules.PROVIDING),
            RequestRow.converted.is_(None),
        )
        .order_by(RequestRow.id)
        .limit(limit)
    )
    return [_duty(row, timed=False) for row in rows]


def _duty(row: RequestRow, *, barred: frozenset[str] = frozenset(), timed: bool = True) -> Duty:
    return Duty(
        title=f"{row.number} · {states.STATES[row.state]}",
        endpoint="requests_staff.request_page",
        values={"public_id": row.public_id},
        since=row.answered_on if row.answered_on and not timed else row.received_on,
        due=row.due_on if timed else None,
        provisional=row.due_provisional and timed,
        barred=barred,
    )


WORKLISTS = (
    Worklist("依申请公开：办理", states.HANDLE, _waiting("handling", "correcting", "consulting", "unpaid")),
    Worklist("依申请公开：审签答复", states.DECIDE, _waiting("drafted", deciding=True)),
    Worklist("依申请公开：研判转主动公开", states.HANDLE, _to_assess),
)
