"""Merges as they are shown, and records that may be of one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from registry.kernel.faults import NotFound
from registry.kernel.identifiers import parse_resident_id
from registry.kernel.work import WorkSession
from registry.roster.admission import ID_CONTEXT
from registry.roster.merge import REASON_CONTEXT
from registry.roster.tables import LicenceRow, MergeRow, PractitionerRow

_GROUPS = 200
_ROUNDS = 10


@dataclass(frozen=True)
class Merge:
    """A proposal to merge (`undoes` None) or to split (the merge that it undoes, a public id), and what became of it.

    `outcome` is None while it waits, then "confirmed" or "declined". Persons are given as (public id, name).
    """

    public_id: str
    kept: tuple[str, str]
    absorbed: tuple[str, str]
    undoes: str | None
    reason: str
    proposed_by: str
    proposed_at: datetime
    outcome: str | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class Suggestion:
    """Two records (public id, name) that may be one person's, and why."""

    one: tuple[str, str]
    other: tuple[str, str]
    why: str


@dataclass(frozen=True)
class _Candidate:
    id: int
    public_id: str
    name: str
    born: date | None
    numbered: bool
    serials: frozenset[str]


def merge(session: WorkSession, public_id: str) -> Merge:
    """Raises NotFound."""
    found = _merges(session, _MERGES.where(MergeRow.public_id == public_id))
    if not found:
        raise NotFound("没有这项合并申请")
    return found[0]


def merges_of(session: WorkSession, practitioner_id: int) -> list[Merge]:
    """Every merge and split that a person (row id) had part in, newest first."""
    part = or_(MergeRow.kept_id == practitioner_id, MergeRow.absorbed_id == practitioner_id)
    return _merges(session, _MERGES.where(part).order_by(MergeRow.id.desc()))


def waiting(session: WorkSession, *, limit: int) -> list[Merge]:
    """The proposals that nobody has decided, oldest first."""
    return _merges(session, _MERGES.where(MergeRow.outcome.is_(None)).order_by(MergeRow.id).limit(limit))


def suggestions(session: WorkSession, *, limit: int, after: str = "") -> tuple[list[Suggestion], str | None]:
    """Records of one name that may be one person's, behind the name `after`, and the name to go on behind.

    They share the day of birth, or a lawyer's last six digits, or one of them has no identity number; pairs that wait or
    were declined are left out. Identity numbers are read for this and not given out.
    """
    found: list[Suggestion] = []
    for _ in range(_ROUNDS):
        names = session.scalars(
            select(PractitionerRow.name_key)
            .where(PractitionerRow.merged_into_id.is_(None), PractitionerRow.name_key > after)
            .group_by(PractitionerRow.name_key)
            .having(func.count() > 1)
            .order_by(PractitionerRow.name_key)
            .limit(_GROUPS)
        ).all()
        groups = _candidates(session, names)
        known = _known(session, [one.id for group in groups.values() for one in group])
        for name in names:
            after = name
            for one, other in combinations(groups[name], 2):
                why = None if frozenset((one.id, other.id)) in known else _why(one, other)
                if why:
                    persons = (one.public_id, one.name), (other.public_id, other.name)
                    found.append(Suggestion(*persons, why))
            if len(found) >= limit:
                return found, after
        if len(names) < _GROUPS:
            return found, None
    return found, after


def _why(one: _Candidate, other: _Candidate) -> str | None:
    if one.serials & other.serials:
        return "姓名和律师执业证号末六位相同"
    if one.serials and other.serials:
        return None
    if one.born and one.born == other.born:
        return "姓名和出生日期相同"
    if not (one.numbered and other.numbered):
        return "姓名相同，其中一份没有登记证件号码"
    return None


def _candidates(session: WorkSession, names: Sequence[str]) -> dict[str, list[_Candidate]]:
    groups: dict[str, list[_Candidate]] = {name: [] for name in names}
    rows = session.scalars(
        select(PractitionerRow)
        .where(PractitionerRow.name_key.in_(names), PractitionerRow.merged_into_id.is_(None))
        .order_by(PractitionerRow.id)
    ).all()
    serials: dict[int, set[str]] = {}
    held = select(LicenceRow.practitioner_id, LicenceRow.serial).where(
        LicenceRow.practitioner_id.in_([row.id for row in rows]), LicenceRow.serial.is_not(None)
    )
    for licence in session.execute(held):
        serials.setdefault(licence.practitioner_id, set()).add(licence.serial)
    for row in rows:
        number = session.keys.decrypt(row.id_number, ID_CONTEXT) if row.id_number else ""
        groups[row.name_key].append(
            _Candidate(
                row.id,
                row.public_id,
                row.name,
                parse_resident_id(number).born if number else None,
                bool(number),
                frozenset(serials.get(row.id, ())),
            )
        )
    return groups


def _known(session: WorkSession, persons: Sequence[int]) -> set[frozenset[int]]:
    rows = session.execute(
        select(MergeRow.kept_id, MergeRow.absorbed_id).where(
            or_(MergeRow.outcome.is_(None), MergeRow.outcome == "declined"),
            MergeRow.undoes_id.is_(None),
            MergeRow.kept_id.in_(persons),
        )
    )
    return {frozenset((row.kept_id, row.absorbed_id)) for row in rows}


_KEPT, _ABSORBED, _UNDONE = aliased(PractitionerRow), aliased(PractitionerRow), aliased(MergeRow)
_MERGES: Select[*tuple[object, ...]] = (
    select(
        MergeRow,
        _KEPT.public_id.label("kept"),
        _KEPT.name.label("kept_name"),
        _ABSORBED.public_id.label("absorbed"),
        _ABSORBED.name.label("absorbed_name"),
        _UNDONE.public_id.label("undoes"),
    )
    .join(_KEPT, _KEPT.id == MergeRow.kept_id)
    .join(_ABSORBED, _ABSORBED.id == MergeRow.absorbed_id)
    .outerjoin(_UNDONE, _UNDONE.id == MergeRow.undoes_id)
)


def _merges(session: WorkSession, query: Select[*tuple[object, ...]]) -> list[Merge]:
    return [
        Merge(
            row.MergeRow.public_id,
            (row.kept, row.kept_name),
            (row.absorbed, row.absorbed_name),
            row.undoes,
            session.keys.decrypt(row.MergeRow.reason, REASON_CONTEXT),
            row.MergeRow.proposed_by,
            row.MergeRow.proposed_at,
            row.MergeRow.outcome,
            row.MergeRow.decided_by,
            row.MergeRow.decided_at,
        )
        for row in session.execute(query)
    ]
