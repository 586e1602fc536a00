"""Asks the table of measures about a subject: may this firm enter the mediation roster, and why (not)?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, select

from registry.credit.listing import find as listing
from registry.credit.measures import rules
from registry.credit.measures.tables import CheckRow
from registry.credit.standing import find as standing
from registry.kernel.access import Actor, Permission
from registry.kernel.faults import Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.roster.find import Found
from registry.roster.tables import OrganisationRow, PractitionerRow

CHECK = "measures.check"
PERMISSION = Permission(
    CHECK, "核查能否办理某事（激励和惩戒措施）", frozenset({"clerk", "head", "legal", "leader"})
)
ACTS = {"measures.check": "资格核查"}


@dataclass(frozen=True)
class Reason:
    """One measure that decided or bears on the answer. `because` is the list or grade, `until` the entry's last day."""

    effect: str
    text: str
    because: str
    basis: str
    until: str | None

    @property
    def effect_title(self) -> str:
        return rules.EFFECTS[self.effect]


@dataclass(frozen=True)
class Answer:
    """Whether nothing forbids it, and every measure that bears on it, what forbids first."""

    allowed: bool
    reasons: tuple[Reason, ...]
    grade: str | None
    on: date


@dataclass(frozen=True)
class Checked:
    """An answer that was given, as it was given."""

    id: int
    public_id: str
    subject: Found
    purpose: str
    purpose_title: str
    answer: Answer
    actor_name: str
    at: datetime


def may(session: WorkSession, subject: Found, purpose: str, on: date) -> Answer:
    """Whether a subject may, as far as lists and grades go. Nothing is stored and nothing logged.

    Raises Invalid for a purpose (`unknown-purpose`) that there is not, or that is not about such subjects (`not-asked`).
    """
    asked = rules.TABLE.purposes.get(purpose)
    if asked is None:
        raise Invalid.field("purpose", "unknown-purpose", "请选择核查事项")
    if subject.kind not in asked.subjects:
        raise Invalid.field("purpose", "not-asked", f"“{asked.title}”不适用于这类主体")
    entries = {entry.list_code: entry for entry in listing.standing_on(session, subject, on)}
    grade = grade_of(session, subject, on)
    reasons = []
    for measure in rules.of(grade, entries, subject.kind, on):
        if measure.purpose != purpose:
            continue
        met = [entry for code, entry in entries.items() if code in measure.lists]
        because = "、".join(f"在列：{entry.list_title}" for entry in met) or f"信用等级 {grade}"
        ends = [entry.until.isoformat() for entry in met if entry.until is not None]
        reasons.append(Reason(measure.effect, measure.text, because, measure.basis, max(ends, default=None)))
    reasons.sort(key=lambda reason: reason.effect != "deny")
    return Answer(not any(one.effect == "deny" for one in reasons), tuple(reasons), grade, on)


def grade_of(session: WorkSession, subject: Found, on: date) -> str | None:
    """The subject's grade of a day, None where no rules were in force for it."""
    found = (
        standing.current(session, organisation=subject.id, on=on)
        if subject.kind == "organisation"
        else standing.current(session, practitioner=subject.id, on=on)
    )
    return found.grade if found else None


def check(session: WorkSession, actor: Actor, *, subject: Found, purpose: str, on: date | None = None) -> str:
    """Asks on behalf of somebody and keeps the answer; returns its public id. The act is `measures.check`.

    Raises as `may` does, Refused, and Invalid for a day in the future, of which no register can tell.
    """
    actor.require(CHECK)
    on = on or session.today
    if on > session.today:
        raise Invalid.field("on", "future", "日期晚于今天")
    answer = may(session, subject, purpose, on)
    row = CheckRow(
        public_id=session.new_id(),
        practitioner_id=subject.id if subject.kind == "practitioner" else None,
        organisation_id=subject.id if subject.kind == "organisation" else None,
        purpose=purpose,
        on=on,
        allowed=answer.allowed,
        grade=answer.grade,
        reasons=[asdict(reason) for reason in answer.reasons],
        actor=actor.id,
        actor_name=actor.name,
        at=session.now,
    )
    session.add(row)
    session.flush()
    session.act("measures.check", row.public_id, purpose=purpose, allowed=answer.allowed)
    return row.public_id


def checked(session: WorkSession, public_id: str) -> Checked:
    """Raises NotFound."""
    row = session.execute(_checks().where(CheckRow.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("没有这次核查")
    return _checked(row)


def latest(session: WorkSession, *, limit: int) -> list[Checked]:
    """The last answers given, the newest first."""
    return [_checked(row) for row in session.execute(_checks().order_by(CheckRow.id.desc()).limit(limit))]


def _checks() -> Select[Any, Any, Any, Any, Any]:
    return (
        select(
            CheckRow,
            PractitionerRow.public_id.label("practitioner"),
            PractitionerRow.name.label("practitioner_name"),
            OrganisationRow.public_id.label("organisation"),
            OrganisationRow.name.label("organisation_name"),
        )
        .outerjoin(PractitionerRow, PractitionerRow.id == CheckRow.practitioner_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == CheckRow.organisation_id)
    )


def _checked(found: Row[Any, Any, Any, Any, Any]) -> Checked:
    row: CheckRow = found.CheckRow
    purposes: Mapping[str, rules.Purpose] = rules.TABLE.purposes
    subject = (
        Found("organisation", row.organisation_id, found.organisation, found.organisation_name)
        if row.organisation_id is not None
        else Found("practitioner", row.practitioner_id or 0, found.practitioner, found.practitioner_name)
    )
    return Checked(
        id=row.id,
        public_id=row.public_id,
        subject=subject,
        purpose=row.purpose,
        purpose_title=purposes[row.purpose].title if row.purpose in purposes else row.purpose,
        answer=Answer(row.allowed, tuple(Reason(**one) for one in row.reasons), row.grade, row.on),
        actor_name=row.actor_name,
        at=row.at,
    )
