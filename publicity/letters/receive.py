"""A letter comes in from anybody, with a name or without one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from publicity import tracking
from publicity.letters import rules
from publicity.letters.tables import LetterRecusalRow, LetterRow
from registry.accounts.tables import StaffRow
from registry.credit import evidence
from registry.credit.complaint import handle as complaints
from registry.credit.complaint import terms
from registry.credit.record import Subject
from registry.credit.sealing import seal
from registry.credit.subjects import Described, bind
from registry.kernel.access import ANONYMOUS, Actor
from registry.kernel.faults import FieldFault, Invalid
from registry.kernel.work import WorkSession
from registry.roster import find as roster
from registry.roster.cells import read_code
from registry.roster.find import Found

SENDER = replace(ANONYMOUS, permissions=frozenset({evidence.ATTACH}))
"""Whoever sends a letter may put files behind it, and behind nothing else."""
SENDER_SEAL, WORDING_SEAL = "pub_letters.sender", "pub_letters.wording"
LONGEST = 2_000
_TEXTS = {
    "subject": ("请填写投诉举报的对象", 200),
    "statement": ("请写明什么时间、发生了什么", LONGEST),
    "name": ("", 60),
    "contact": ("", 200),
}


@dataclass(frozen=True)
class Received:
    """What the sender keeps: `number` and `code`. `created` is False when the same form had come in before."""

    public_id: str
    number: str
    code: str
    created: bool


def receive(
    session: WorkSession,
    actor: Actor,
    *,
    kind: str,
    about: Found | None,
    written: Mapping[str, str],
    once: str,
) -> Received:
    """收到. `written` holds `subject` (not needed where `about` is chosen from the register), `subject_number`, `statement`,
    and `name` and `contact` where the sender leaves them; `once` is the form's own mark, so that sending it twice is one letter.

    Anybody may write. A member of staff whom the letter names as its subject is kept out of it at once. Raises Invalid
    naming fields. The act is `letter.receive`.
    """
    texts = _read(kind, about, written)
    content = "\n".join((once, kind, about.public_id if about else "", *texts.values()))
    form = session.keys.blind(content, "pub_letters.form")
    known = session.execute(
        select(LetterRow.public_id, LetterRow.number).where(LetterRow.form == form)
    ).one_or_none()
    if known is not None:
        return Received(known.public_id, known.number, tracking.code(session, known.public_id), created=False)
    subject = _subject(session, about, texts["subject"], written.get("subject_number", ""))
    term = complaints.rule_about(session, subject, session.today).by_step["accept"]
    due = terms.due(session, session.today, term)
    named = {"name": texts["name"], "contact": texts["contact"]}
    row = LetterRow(
        public_id=session.new_id(),
        number=tracking.number(session, rules.PREFIX),
        form=form,
        kind=kind,
        anonymous=not any(named.values()),
        practitioner_id=subject.practitioner,
        organisation_id=subject.organisation,
        sender=seal(session, named, SENDER_SEAL) if any(named.values()) else None,
        wording=seal(session, {"subject": subject.name or "", "statement": texts["statement"]}, WORDING_SEAL),
        received_at=session.now,
        received_on=session.today,
        state="received",
        due_on=due.day,
        due_provisional=due.provisional,
        extended=False,
    )
    session.add(row)
    session.flush()
    _keep_out(session, row, kind, texts)
    session.act("letter.receive", row.public_id, kind=kind, anonymous=row.anonymous)
    return Received(row.public_id, row.number, tracking.code(session, row.public_id), created=True)


def subject_asked(session: WorkSession, about: str, about_id: str) -> Found | None:
    """Whom an address or a form chose from the register. Raises NotFound for one that is not there."""
    if about == "organisation":
        place = roster.organisation(session, about_id)
        return Found("organisation", place.id, place.public_id, place.name)
    if about == "practitioner":
        person = roster.practitioner(session, about_id)
        return Found("practitioner", person.id, person.public_id, person.name)
    return None


def _read(kind: str, about: Found | None, written: Mapping[str, str]) -> dict[str, str]:
    texts = {name: written.get(name, "").strip() for name in _TEXTS}
    if about is not None:
        texts["subject"] = about.name
    faults = [] if kind in rules.KINDS else [FieldFault("kind", "required", "请选择哪一类问题")]
    for name, (wanted, longest) in _TEXTS.items():
        if wanted and not texts[name]:
            faults.append(FieldFault(name, "required", wanted))
        elif len(texts[name]) > longest:
            faults.append(FieldFault(name, "too_long", "太长，请写短一些"))
    if written.get("website"):
        # People do not see the field; a program fills in whatever a form has.
        faults.append(FieldFault("website", "not_empty", "请把“网址”一栏留空后重新提交"))
    if faults:
        raise Invalid("填写有误，请更正后重新提交", faults)
    return texts


def _subject(session: WorkSession, about: Found | None, name: str, number: str) -> Subject:
    """Whom the letter is about: chosen, or told by name and number; else a name alone."""
    if about is not None:
        own = {"practitioner" if about.kind == "practitioner" else "organisation": about.id}
        return Subject(name=about.name, **own)
    code = read_code(number)
    [subject] = bind(session, [Described(name, uscc=code, licence=code)])
    return subject


def _keep_out(session: WorkSession, row: LetterRow, kind: str, texts: Mapping[str, str]) -> None:
    """Recuses whoever of the office bears a name that the letter gives as its subject, or anywhere if it is about staff."""
    told = texts["subject"] + (texts["statement"] if kind in rules.ABOUT_STAFF else "")
    for staff, name in session.execute(select(StaffRow.public_id, StaffRow.name)):
        if name in told:
            session.add(LetterRecusalRow(letter_id=row.id, staff=staff, at=session.now))
