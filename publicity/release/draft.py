"""The draft of a notice: taken from a credit event, kept with the release until it is published."""

import json
from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from publicity.release.tables import Release
from registry.credit import catalogue
from registry.credit.tables import RESTRICTED, EventRow
from registry.kernel.work import WorkSession
from registry.kernel.workdays import Deadline, add_workdays
from registry.roster.tables import LicenceRow, OrganisationRow, PractitionerRow

NOTICE_KINDS: Mapping[str, str] = {"inspection_finding": "finding"}
"""Kinds of notice where the word is another than the event's."""

WORKDAYS_TO_PUBLISH: Mapping[str, int] = {"permit": 7, "penalty": 7}
"""Working days from the decision to its publication (发改办财金〔2018〕424号)."""
OTHERWISE = 20
"""For everything else (政府信息公开条例第二十六条)."""

_CONTEXT = "pub_releases.restricted"


def kind_of(event: EventRow) -> str:
    """The notice's kind: `permit`, `penalty`, `finding`, `listing` …"""
    return NOTICE_KINDS.get(event.kind, event.kind)


def title_of_kind(kind: str) -> str:
    """The kind in the office's words."""
    codes = {notice: event for event, notice in NOTICE_KINDS.items()}
    return catalogue.KINDS[codes.get(kind, kind)].title


def term_of(event: EventRow) -> catalogue.Term:
    """How long the event may be public, as the catalogue has it on the day of the decision."""
    penalties = event.columns.get("CF_CFLB", "").split(";") if event.columns.get("CF_CFLB") else []
    return catalogue.term(
        event.kind,
        event.severity,  # type: ignore[arg-type]
        event.decided_on,
        simple=event.simple,
        warning_only=catalogue.warning_only(penalties),
    )


def releasable(session: Session, event: EventRow, *, today: date) -> bool:
    """Whether the event may be proposed: its kind is, its scope is 公示, its term lets it be public and is not over, and no
    later event took it back."""
    if not catalogue.KINDS[event.kind].releasable or event.scope != "公示" or event.state == "撤销":
        return False
    term = term_of(event)
    if not term.public or (term.max_until is not None and term.max_until < today):
        return False
    return not annulled(session, event.id)


def annulled(session: Session, event_id: int) -> bool:
    """Whether a second event annuls this one."""
    target = select(EventRow.id).where(EventRow.target_id == event_id, EventRow.kind == "annulment")
    return session.scalar(target.limit(1)) is not None


def draft(session: WorkSession, event: EventRow, *, due: Deadline) -> Release:
    """A release in its first state, with the event's content as its draft."""
    public_id, kind = session.new_id(), kind_of(event)
    columns, until = dict(event.columns), term_of(event).max_until
    if kind == "penalty" and until is not None:
        # 公示截止期 is ours to compute; an earlier one that the decision itself sets is kept.
        until = min(until, date.fromisoformat(columns.get("CF_GSJZQ") or until.isoformat()))
        columns["CF_GSJZQ"] = until.isoformat()
    restricted = session.keys.decrypt(event.restricted, RESTRICTED) if event.restricted else "{}"
    row = Release(
        public_id=public_id,
        event_id=event.id,
        kind=kind,
        state="drafted",
        revision=1,
        decided_on=event.decided_on,
        due_on=due.day,
        due_provisional=due.provisional,
        until=until,
        subject=subject_of(session, event),
        title=_title(event),
        columns=columns,
        detail=dict(event.detail),
        restricted=sealed(session, public_id, json.loads(restricted)),
        drafted_at=session.now,
    )
    session.add(row)
    return row


def due(session: WorkSession, kind: str, decided_on: date) -> Deadline:
    """The last day on which publication is in time."""
    return add_workdays(session, decided_on, WORKDAYS_TO_PUBLISH.get(kind, OTHERWISE))


def subject_of(session: Session, event: EventRow) -> dict[str, str]:
    """Whom the event is about, in public words: type, name, credit code or licence number, id of the public page."""
    if event.practitioner_id is not None:
        person = session.get_one(PractitionerRow, event.practitioner_id)
        number = session.scalar(
            select(LicenceRow.number)
            .where(LicenceRow.practitioner_id == person.id)
            .order_by(LicenceRow.ended_on.is_(None).desc(), LicenceRow.granted_on)
            .limit(1)
        )
        return _present(
            type="practitioner", name=event.subject_name, licence_number=number, id=person.public_id
        )
    if event.organisation_id is not None:
        firm = session.get_one(OrganisationRow, event.organisation_id)
        return _present(
            type="organisation",
            name=event.subject_name,
            uscc=firm.uscc,
            licence_number=None if firm.uscc else firm.licence_number,
            id=firm.public_id,
        )
    prefix = "CF" if event.kind == "penalty" else "XK"
    return _present(type="other", name=event.subject_name, uscc=event.columns.get(f"{prefix}_XDR_SHXYM"))


def sealed(session: WorkSession, release: str, restricted: Mapping[str, str]) -> bytes | None:
    """The restricted columns as stored: encrypted, and bound to their release."""
    if not restricted:
        return None
    return session.keys.encrypt(json.dumps(dict(restricted), ensure_ascii=False), f"{_CONTEXT}:{release}")


def restricted_of(session: WorkSession, row: Release) -> dict[str, str]:
    """The restricted columns of the draft, by code."""
    if row.restricted is None:
        return {}
    opened: dict[str, str] = json.loads(session.keys.decrypt(row.restricted, f"{_CONTEXT}:{row.public_id}"))
    return opened


def clear(row: Release) -> None:
    """Removes the draft: on publication, when the ledger has it, and when nothing will be published."""
    row.subject = row.title = row.columns = row.detail = row.restricted = None


def _title(event: EventRow) -> str:
    title = catalogue.KINDS[event.kind].title
    if event.kind in ("permit", "penalty"):
        return f"{title}决定 {event.document_number or ''}".strip()
    return event.summary or title


def _present(**parts: str | None) -> dict[str, str]:
    return {name: text for name, text in parts.items() if text}
