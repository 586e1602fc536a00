"""The files of one archived release: what was published in all its versions, who took which step, and what it rests on."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from publicity.disclosure.attributes import GROUNDS, TITLES
from publicity.disclosure.tables import DisclosureRow
from publicity.lookup import proofs
from publicity.notices import find as notices
from publicity.notices.find import Shown, Tombstone
from publicity.notices.tables import Notice
from publicity.papers import notice as papers
from publicity.papers.notice import Sheet
from publicity.release import states
from publicity.release.archive import RETENTION
from publicity.release.draft import title_of_kind
from publicity.release.tables import Release, ReleaseStep
from registry.accounts.roles import TITLES as ROLES
from registry.credit.tables import EventRow, EvidenceRow
from registry.kernel.clock import instant_text
from registry.kernel.faults import NotFound
from registry.kernel.paper import typeset
from registry.kernel.work import WorkSession
from registry.ledger import book

File = tuple[str, bytes]
_OTHERS: Mapping[str, str] = {"stop": "终止", "redraft": "重拟"}


@dataclass(frozen=True)
class Dossier:
    """One release: `documents` are JSON values by file name; `sheet` is the notice to be set, None once it has ended."""

    number: str
    documents: Mapping[str, Any]
    sheet: Sheet | None


def dossier(session: WorkSession, release: str) -> Dossier:
    """Raises NotFound for a release (public id) that is not archived."""
    row = session.scalar(select(Release).where(Release.public_id == release))
    if row is None or row.archive_number is None:
        raise NotFound("没有这件档案")
    notice = session.scalars(select(Notice).where(Notice.release_id == row.id)).one()
    shown = notices.notice(session, notice.public_id)
    documents = {
        "release.json": _release(session, row, notice, shown),
        "steps.json": [_step(step) for step in row.steps],
        "evidence.json": _evidence(session, row, notice),
        "notice.json": _notice(shown),
    }
    for version in shown.versions:
        documents[f"versions/{version.number}.json"] = _version(session, notice.public_id, version)
    sheet = papers.sheet(session, shown) if isinstance(shown, Shown) else None
    return Dossier(row.archive_number, documents, sheet)


def files(of: Dossier, *, bureau: str, public_url: str) -> Iterator[File]:
    """The files in the folder of their archive number; the same dossier gives the same bytes. Reads no database."""
    if of.sheet is not None:
        paper = papers.paper(of.sheet, bureau=bureau, public_url=public_url)
        yield f"{of.number}/notice.pdf", typeset(paper)
    for name, document in sorted(of.documents.items()):
        yield f"{of.number}/{name}", json_bytes(document)


def json_bytes(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _release(session: WorkSession, row: Release, notice: Notice, shown: Shown | Tombstone) -> dict[str, Any]:
    disclosure = session.scalar(select(DisclosureRow).where(DisclosureRow.event_id == row.event_id))
    ground = GROUNDS.get(disclosure.ground) if disclosure else None
    return {
        "archive_number": row.archive_number,
        "class": row.archive_class,
        "year": row.archive_year,
        "retention": RETENTION.get(row.archive_class or ""),
        "release": row.public_id,
        "notice": notice.public_id,
        "event": session.get_one(EventRow, row.event_id).public_id,
        "kind": row.kind,
        "kind_title": title_of_kind(row.kind),
        "decided_on": row.decided_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "published_at": instant_text(notice.published_at),
        "until": row.until.isoformat() if row.until else None,
        "state": "ended" if isinstance(shown, Tombstone) else "current",
        "disclosure": {
            "attribute": TITLES[ground.attribute],
            "ground": ground.title,
            "basis": ground.basis,
        }
        if ground
        else None,
    }


def _step(step: ReleaseStep) -> dict[str, Any]:
    known = {one.name: one for one in states.STEPS}.get(step.step)
    return {
        "step": step.step,
        "title": known.title if known else _OTHERS.get(step.step, step.step),
        "roles": [ROLES[role] for role in ROLES if known and role in known.roles],
        "by": step.actor_name,
        "on_behalf_of": step.behalf_name,
        "at": instant_text(step.at),
        "sent_back": step.sent_back,
        "note": step.note,
    }


def _notice(shown: Shown | Tombstone) -> dict[str, Any]:
    if isinstance(shown, Tombstone):
        left = {"ended": True, "ground": shown.ground, "ground_title": shown.ground_title}
        return {**left, "date": shown.ended_on.isoformat(), "document_number": shown.document_number}
    return {"ended": False, "record": shown.body}


def _version(session: WorkSession, record: str, version: notices.Version) -> dict[str, Any]:
    """A version with its proof under the first head that covered it, which is the same for ever."""
    stored = book.entry(session, "public", version.position, on=session.today)
    checkpoint = book.first_checkpoint(session, "public", version.position)
    size = int(checkpoint.split("\n")[1])
    found = proofs.Proof(
        stored, size, tuple(book.inclusion(session, "public", version.position, size)), checkpoint
    )
    return {
        "record": record,
        "version": version.number,
        "action": version.action,
        "at": instant_text(version.at),
        **found.document(),
    }


def _evidence(session: WorkSession, row: Release, notice: Notice) -> list[dict[str, Any]]:
    """Digests of the files behind the record; the files stay where they are, their names with them."""
    event = session.get_one(EventRow, row.event_id).public_id
    rows = session.scalars(
        select(EvidenceRow)
        .where(EvidenceRow.owner.in_([event, row.public_id, notice.public_id]))
        .order_by(EvidenceRow.id)
    )
    return [
        {
            "of": one.owner,
            "sha256": one.digest,
            "type": one.type,
            "size": one.size,
            "attached_at": instant_text(one.attached_at),
        }
        for one in rows
    ]
