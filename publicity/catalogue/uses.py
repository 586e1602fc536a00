"""What was made under each power: current permits, penalties, findings and awards, found from their own public records.

What notices say stands in the log alone, so which power one belongs to is worked out once, by the job, and kept beside it. Whoever
asks counts what is public today; what has ended is not counted from that moment, and its row goes with the next run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, or_, select

from publicity.catalogue import find
from publicity.catalogue.citations import Citation, citations
from publicity.catalogue.find import Version
from publicity.catalogue.schema import SCHEMAS, Entry
from publicity.catalogue.tables import PowerUseRow
from publicity.catalogue.tiers import Tier, read_tiers, tier_of
from publicity.lookup import policy
from publicity.notices import find as notices
from publicity.notices.find import Shown
from publicity.notices.tables import Notice
from registry.kernel.work import Work, WorkSession

LIST = "powers"
KINDS: Mapping[str, str] = SCHEMAS[LIST].uses or {}
_BATCH = 500


@dataclass(frozen=True)
class Power:
    """An entry as decisions are held against it. `kind` is that of the notices made under it."""

    code: str
    kind: str
    places: Sequence[Citation]
    names: Sequence[str]
    tiers: Sequence[Tier]


def powers(entries: Sequence[Entry]) -> list[Power]:
    """Those under which notices are made. Pure."""
    return [
        Power(
            entry["code"],
            KINDS[entry["kind"]],
            citations(entry["basis"]),
            [name for name in entry["recognised"].split("\n") if name],
            read_tiers(entry["tiers"]),
        )
        for entry in entries
        if entry["kind"] in KINDS
    ]


def power_of(known: Sequence[Power], kind: str, body: Mapping[str, object]) -> tuple[str | None, str | None]:
    """The code of the power under which a notice was made, and the tier of a penalty; None where none fits. Pure.

    By the first article that the decision cites and the list knows, the most exact entry first; else by the name of the
    certificate, the decision or the matter, the longest name first.
    """
    of_kind = [power for power in known if power.kind == kind]
    columns = _texts(body.get("columns"))
    detail = _texts(body.get("detail"))
    found = _by_article(of_kind, f"{columns.get('CF_YJ', '')}；{detail.get('basis', '')}")
    if found is None:
        written = [columns.get("XK_XKZS", ""), columns.get("XK_XKWS", ""), detail.get("matter", "")]
        found = _by_name(of_kind, [*written, str(body.get("title", ""))])
    if found is None:
        return None, None
    return found.code, tier_of(found.tiers, columns) if kind == "penalty" else None


def _texts(part: object) -> dict[str, str]:
    return (
        {key: value for key, value in part.items() if isinstance(value, str)}
        if isinstance(part, Mapping)
        else {}
    )


def _by_article(known: Sequence[Power], basis: str) -> Power | None:
    for cited in citations(basis):
        fitting = [
            (place.exactness, power) for power in known for place in power.places if place.covers(cited)
        ]
        if fitting:
            return max(fitting, key=lambda one: one[0])[1]
    return None


def _by_name(known: Sequence[Power], written: Sequence[str]) -> Power | None:
    named = [(name, power) for power in known for name in power.names]
    for text in written:
        fitting = [(text == name, len(name), power) for name, power in named if name in text]
        if fitting:
            return max(fitting, key=lambda one: one[:2])[2]
    return None


def run(work: Work) -> Mapping[str, int]:
    """The job `power-uses`: every current notice of these kinds, as it reads now, under the list that holds today."""
    counts = {"placed": 0, "without": 0, "gone": _forget(work)}
    with work.read() as session:
        held = find.current(session, LIST)
    if held is None:
        return counts
    known = powers(held.entries)
    while _place(work, held, known, counts):
        pass
    return counts


def _place(work: Work, held: Version, known: Sequence[Power], counts: dict[str, int]) -> bool:
    """One batch, in a unit of work of its own; whether there may be more. The rows tell of nobody, and name no act."""
    with work.housekeeping() as session:
        rows = session.scalars(
            select(Notice)
            .outerjoin(PowerUseRow, PowerUseRow.notice_id == Notice.id)
            .where(
                notices.current(session.today),
                Notice.kind.in_(KINDS.values()),
                or_(
                    PowerUseRow.notice_id.is_(None),
                    PowerUseRow.notice_version != Notice.version,
                    PowerUseRow.version_id != held.id,
                ),
            )
            .order_by(Notice.id)
            .limit(_BATCH)
        ).all()
        for row, shown in zip(rows, notices.shown(session, rows), strict=True):
            code, tier = power_of(known, row.kind, shown.body)
            session.merge(
                PowerUseRow(
                    notice_id=row.id, notice_version=row.version, version_id=held.id, code=code, tier=tier
                )
            )
            counts["placed" if code else "without"] += 1
    return len(rows) == _BATCH


def _forget(work: Work) -> int:
    with work.read() as session:
        ended = select(Notice.id).where(~notices.current(session.today))
        some = session.scalars(select(PowerUseRow.notice_id).where(PowerUseRow.notice_id.in_(ended))).all()
    for start in range(0, len(some), _BATCH):
        with work.housekeeping() as session:
            session.execute(
                delete(PowerUseRow).where(PowerUseRow.notice_id.in_(some[start : start + _BATCH]))
            )
    return len(some)


def counted(session: WorkSession) -> Mapping[str, int]:
    """How many notices that lists may show are current today, by code of the power."""
    rows = session.execute(
        select(PowerUseRow.code, func.count())
        .join(Notice, Notice.id == PowerUseRow.notice_id)
        .where(*_listed(session), PowerUseRow.code.is_not(None))
        .group_by(PowerUseRow.code)
    )
    return {str(code): count for code, count in rows}


@dataclass(frozen=True)
class Spread:
    """The penalties under a power by tier, from the lightest; `outside` could not be put into any."""

    tiers: Sequence[tuple[Tier, int]]
    outside: int

    @property
    def total(self) -> int:
        return sum(count for _, count in self.tiers) + self.outside


def spread(session: WorkSession, entry: Entry) -> Spread | None:
    """None for a power without a benchmark."""
    tiers = read_tiers(entry.get("tiers", ""))
    if not tiers:
        return None
    rows = session.execute(
        select(PowerUseRow.tier, func.count())
        .join(Notice, Notice.id == PowerUseRow.notice_id)
        .where(*_listed(session), PowerUseRow.code == entry["code"])
        .group_by(PowerUseRow.tier)
    )
    counts: dict[str | None, int] = {row[0]: row[1] for row in rows}
    known = [(tier, counts.get(tier.name, 0)) for tier in tiers]
    return Spread(known, sum(counts.values()) - sum(count for _, count in known))


def made_under(
    session: WorkSession, code: str, *, before: int | None, limit: int
) -> tuple[list[Shown], int | None]:
    """Current notices made under a power, the latest first, and the cursor of the next page."""
    wanted = (
        select(Notice)
        .join(PowerUseRow, PowerUseRow.notice_id == Notice.id)
        .where(*_listed(session), PowerUseRow.code == code)
    )
    if before is not None:
        wanted = wanted.where(Notice.id < before)
    rows = session.scalars(wanted.order_by(Notice.id.desc()).limit(limit + 1)).all()
    return notices.shown(session, rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


def _listed(session: WorkSession) -> list[ColumnElement[bool]]:
    """Current, and shown by lists (publicity.lookup.policy)."""
    unlisted = policy.on(session.today).asked
    shown = or_(Notice.practitioner_id.is_(None), Notice.kind.not_in(unlisted))
    return [notices.current(session.today), shown] if unlisted else [notices.current(session.today)]
