"""The map of penalties: whose penalties are public today. Its root is a leaf of the public book, new on every day and after
every change, so a certificate rests on what everybody can see was true on its day.

The map itself is never kept: it is made from the current notices when somebody asks. What has ended is in no map that can
still be asked for, and a root tells nobody's name.
"""

from collections.abc import Mapping

from sqlalchemy import Select, and_, func, or_, select

from publicity.notices.tables import Notice, NoticeVersion
from publicity.proving import merkle_map
from publicity.proving.statement import MAP_FORMAT, Live, key, value
from publicity.proving.tables import MapRootRow
from registry.kernel.access import Actor
from registry.kernel.work import Work, WorkSession
from registry.ledger import book
from registry.ledger.book import Entry
from registry.ledger.leaf import parse_leaf
from registry.ledger.tables import EntryRow
from registry.roster.tables import OrganisationRow, PractitionerRow

ACT = "map.renew"


def current(session: WorkSession) -> dict[str, list[Live]]:
    """The public penalties of this day by the public id of their subject; names that are not registered have no place."""
    found: dict[str, list[Live]] = {}
    for row in session.execute(_notices(session)):
        live = Live(row.record, row.version, parse_leaf(row.leaf).digest)
        found.setdefault(row.practitioner or row.organisation, []).append(live)
    return found


def entries(penalties: Mapping[str, list[Live]]) -> dict[bytes, bytes]:
    """The map: what `merkle_map` takes."""
    return {key(subject): value(live) for subject, live in penalties.items()}


def newest(session: WorkSession) -> MapRootRow | None:
    """The root that was written last."""
    return session.scalars(select(MapRootRow).order_by(MapRootRow.version.desc()).limit(1)).one_or_none()


def renew(session: WorkSession, actor: Actor) -> MapRootRow | None:
    """Writes today's root into the public book, unless it stands there as the newest. Gives the row if it did."""
    last = session.scalars(
        select(MapRootRow).order_by(MapRootRow.version.desc()).limit(1).with_for_update()
    ).one_or_none()
    root = merkle_map.root(entries(current(session))).hex()
    if last is not None and (last.root, last.day) == (root, session.today):
        return None
    record, version = (last.record, last.version + 1) if last else (session.new_id(), 1)
    session.act(ACT, record, version=version)
    body = {"kind": "penalty_map", "format": MAP_FORMAT, "root": root, "date": session.today.isoformat()}
    [position] = book.append(session, "public", [Entry("other", record, version, body)])
    row = MapRootRow(
        version=version, record=record, day=session.today, root=root, position=position, at=session.now
    )
    session.add(row)
    return row


def stale(session: WorkSession) -> bool:
    """Whether a day has begun or a notice has changed since the last root; asks for two numbers alone."""
    last = newest(session)
    changed = session.scalar(select(func.max(NoticeVersion.position)))
    return last is None or last.day != session.today or (changed or 0) > last.position


def run(work: Work) -> Mapping[str, int]:
    """The job `map`. Compares in full, so that a merge of two people or a last day that is over is seen too."""
    with work.read() as session:
        last = newest(session)
        wanted = (merkle_map.root(entries(current(session))).hex(), session.today)
        if last is not None and (last.root, last.day) == wanted:
            return {"renewed": 0}
    with work.write(Actor.job("map")) as session:
        return {"renewed": int(renew(session, session.actor) is not None)}


def _notices(session: WorkSession) -> Select[str, int, bytes, str, str]:
    return (
        select(
            Notice.public_id.label("record"),
            Notice.version,
            EntryRow.leaf,
            PractitionerRow.public_id.label("practitioner"),
            OrganisationRow.public_id.label("organisation"),
        )
        .join(
            NoticeVersion, and_(NoticeVersion.notice_id == Notice.id, NoticeVersion.version == Notice.version)
        )
        .join(EntryRow, and_(EntryRow.book == "public", EntryRow.position == NoticeVersion.position))
        .outerjoin(PractitionerRow, PractitionerRow.id == Notice.practitioner_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == Notice.organisation_id)
        .where(
            Notice.kind == "penalty",
            Notice.state == "current",
            or_(Notice.until.is_(None), Notice.until >= session.today),
            or_(Notice.practitioner_id.is_not(None), Notice.organisation_id.is_not(None)),
        )
    )
