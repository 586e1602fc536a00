"""The draft of a notice: taken from a credit event, kept with the release until it is published."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select

from publicity.release import allowed, terms
from publicity.release.redaction import keep
from publicity.release.redaction.texts import Said
from publicity.release.states import DRAFTED
from publicity.release.tables import Release
from registry.credit import catalogue, find
from registry.credit.find import Event
from registry.credit.tables import EventRow
from registry.kernel.work import WorkSession
from registry.kernel.workdays import Deadline, add_workdays
from registry.roster.tables import LicenceRow, OrganisationRow, PractitionerRow

NOTICE_KINDS: Mapping[str, str] = {"inspection_finding": "finding"}
"""Kinds of notice where the word is another than the event's."""

LISTINGS = frozenset({"listing", "red_listing"})

_CONTEXT = "pub_releases.restricted"


def kind_of(event: Event) -> str:
    """The notice's kind: `permit`, `penalty`, `finding`, `listing` …"""
    return NOTICE_KINDS.get(event.kind.code, event.kind.code)


def title_of_kind(kind: str) -> str:
    """A notice's kind in the office's words."""
    codes = {notice: event for event, notice in NOTICE_KINDS.items()}
    return catalogue.KINDS[codes.get(kind, kind)].title


def proposable(event: Event, *, today: date) -> bool:
    """Whether the event may be proposed: the catalogue and its scope let it be public, and its term is not over."""
    return event.releasable and (event.term.max_until is None or event.term.max_until >= today)


def annulled(session: WorkSession, event: str) -> bool:
    """Whether a second event has taken this one back."""
    return find.event(session, event).annulled_by is not None


class Content(NamedTuple):
    """What the allow-list lets through of an event as it reads now, with nothing covered yet: what may be read of it
    publicity.release.redaction says. `correction` is the row id of its last correction, None without one."""

    subject: dict[str, str]
    said: Said
    restricted: Mapping[str, str]
    decided_on: date
    until: date | None
    correction: int | None


def draft(session: WorkSession, event: Event, *, due: Deadline) -> Release:
    """A release in its first state. Its draft is what will be public, so that nobody approves what they did not read."""
    row = Release(
        public_id=session.new_id(),
        event_id=event.id,
        kind=kind_of(event),
        state=DRAFTED,
        revision=1,
        due_on=due.day,
        due_provisional=due.provisional,
        drafted_at=session.now,
    )
    fill(session, row, event)
    session.add(row)
    return row


def fill(session: WorkSession, row: Release, event: Event, *, cause: str = "draft") -> None:
    """Puts the event as it reads now into the draft, whatever was there."""
    now = content(session, event)
    row.subject = now.subject
    row.restricted = sealed(session, row.public_id, now.restricted)
    row.decided_on, row.until, row.correction_id = now.decided_on, now.until, now.correction
    keep.keep(session, row, now.said, keep.around(session, event), cause=cause)


def keep_as(
    session: WorkSession, row: Release, event: Event, *, cause: str, given: Mapping[str, str] | None = None
) -> None:
    """Keeps the draft as it stands, with the columns `given` in addition, as its next version."""
    stands = keep.said(session, row)
    said = stands._replace(columns={**stands.columns, **(given or {})})
    keep.keep(session, row, said, keep.around(session, event), cause=cause)


def content(session: WorkSession, event: Event) -> Content:
    """What of the event is let through by the allow-list."""
    kind = kind_of(event)
    columns, until = dict(event.columns), event.term.max_until
    if kind == "penalty" and until is not None:
        # 公示截止期 is ours to compute; an earlier one that the decision itself sets is kept.
        until = min(until, date.fromisoformat(columns.get("CF_GSJZQ") or until.isoformat()))
        columns["CF_GSJZQ"] = until.isoformat()
    if kind in LISTINGS and until is not None:
        # An entry ends on its own last day, whatever its kind would allow.
        until = min(until, date.fromisoformat(event.detail.get("until") or until.isoformat()))
    return Content(
        subject=_subject(session, event),
        said=Said(_title(event), allowed.listed(kind, columns), allowed.listed_detail(kind, event.detail)),
        restricted=find.restricted(session, event.public_id),
        decided_on=event.decided_on,
        until=until,
        correction=corrections(session, [event.id]).get(event.id),
    )


def corrections(session: WorkSession, events: Collection[int]) -> dict[int, int]:
    """The last correction of each of the events that has one, by row ids."""
    last = select(EventRow.target_id, func.max(EventRow.id)).where(
        EventRow.target_id.in_(events), EventRow.kind == "correction"
    )
    return {target: id_ for target, id_ in session.execute(last.group_by(EventRow.target_id)) if target}


def due(session: WorkSession, kind: str, decided_on: date) -> Deadline:
    """The last day on which publication is in time."""
    return add_workdays(session, decided_on, terms.TO_PUBLISH.get(kind, terms.OTHERWISE))


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


def clear(session: WorkSession, row: Release) -> None:
    """Removes the draft: on publication, when the ledger has it, and when nothing will be published."""
    keep.forget(session, row)
    row.subject = row.title = row.columns = row.detail = row.restricted = None


def _title(event: Event) -> str:
    if event.kind.code in ("permit", "penalty"):
        return f"{event.kind.title}决定 {event.document_number or ''}".strip()
    return event.summary


def _subject(session: WorkSession, event: Event) -> dict[str, str]:
    """Whom the event is about, in public words: type, name, credit code or licence number, id of the public page."""
    kind, public_id, name = event.subject
    if kind == "practitioner":
        number = session.scalar(
            select(LicenceRow.number)
            .join(PractitionerRow, PractitionerRow.id == LicenceRow.practitioner_id)
            .where(PractitionerRow.public_id == public_id)
            .order_by(LicenceRow.ended_on.is_not(None), LicenceRow.granted_on)
            .limit(1)
        )
        return _present(type=kind, name=name, licence_number=number, id=public_id)
    if kind == "organisation":
        codes = select(OrganisationRow.uscc, OrganisationRow.licence_number)
        uscc, number = session.execute(codes.where(OrganisationRow.public_id == public_id)).one()
        return _present(
            type=kind, name=name, uscc=uscc, licence_number=None if uscc else number, id=public_id
        )
    code = event.columns.get("XK_XDR_SHXYM") or event.columns.get("CF_XDR_SHXYM")
    return _present(type="other", name=name, uscc=code)


def _present(**parts: str | None) -> dict[str, str]:
    return {name: text for name, text in parts.items() if text}
