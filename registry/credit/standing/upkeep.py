"""The jobs of standing: all courses computed anew, to apply rules that were adopted and to check what is kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from registry.credit.standing import facts, keep
from registry.credit.standing.facts import Holder
from registry.credit.standing.rulebook import book
from registry.credit.standing.tables import RulesRow
from registry.kernel.access import Actor
from registry.kernel.part import Job
from registry.kernel.work import Work, WorkSession
from registry.roster.tables import OrganisationRow, PractitionerRow

ACTOR = Actor.job("standing")


@dataclass(frozen=True)
class Compared:
    """What a full recompute found: how many subjects it looked at, and whose kept course was another."""

    checked: int
    differing: Sequence[str]


def apply(work: Work) -> Mapping[str, int]:
    """Computes all courses when rules were adopted or taken back, and then says that this was done.

    The act is `standing.apply` on each of these rule sets.
    """
    with work.read() as session:
        waiting = {row.id: row.state for row in session.scalars(_UNAPPLIED)}
    if not waiting:
        return {"rules": 0}
    compared = recompute(work, verb="standing.recompute")
    with work.write(ACTOR) as session:
        for row in session.scalars(_UNAPPLIED.with_for_update()):
            if waiting.get(row.id) == row.state:
                row.applied_at = session.now
                session.act(
                    "standing.apply",
                    row.public_id,
                    checked=compared.checked,
                    changed=len(compared.differing),
                )
    return {"rules": len(waiting), "checked": compared.checked, "changed": len(compared.differing)}


def check(work: Work) -> Mapping[str, int]:
    """Compares every course that is kept with a full recompute, and mends those that differ.

    None should: each difference is named by an act `standing.alarm` with the public ids of the subjects. While rules
    wait to be applied there is nothing to compare with.
    """
    applied = apply(work)
    if applied["rules"]:
        return applied
    compared = recompute(work, verb="standing.alarm")
    return {"checked": compared.checked, "differing": len(compared.differing)}


def recompute(work: Work, *, verb: str) -> Compared:
    """Goes through all subjects, a chunk at a time, and rewrites under lock what differs from the events.

    No transaction lasts longer than a chunk. A chunk with differences is one act `verb` with the public ids.
    """
    checked, differing = 0, []
    for register, ids in chunks(work):
        with work.read() as session:
            rules = book(session)
            known = _load(session, register, ids)
            held = _stored(session, register, ids)
        checked += len(ids)
        if known.unread:
            with work.housekeeping() as session:
                keep.keep_words(session, known.unread)
        wanted = keep.expected(known, rules)
        changed = [one.id for one in {*wanted, *held} if wanted.get(one) != held.get(one)]
        if changed:
            with work.write(ACTOR) as session:
                # Read again under lock: what was recorded meanwhile has brought its own course with it.
                rewritten = _named(session, _refreshed(session, register, changed))
                if rewritten:
                    session.act(verb, session.new_id(), register=register, subjects=rewritten)
            differing += rewritten
    return Compared(checked, differing)


def chunks(work: Work) -> Iterator[tuple[str, Sequence[int]]]:
    """All subjects of the registers by row id: organisations, then persons; merged records answer for nobody."""
    persons = select(PractitionerRow.id).where(PractitionerRow.merged_into_id.is_(None))
    for register, column, query in (
        ("organisation", OrganisationRow.id, select(OrganisationRow.id)),
        ("practitioner", PractitionerRow.id, persons),
    ):
        after = 0
        while True:
            with work.read() as session:
                ids = session.scalars(query.where(column > after).order_by(column).limit(keep.CHUNK)).all()
            if not ids:
                break
            after = ids[-1]
            yield register, ids


def size(session: WorkSession) -> int:
    """How many subjects `chunks` goes through."""
    organisations = session.scalar(select(func.count()).select_from(OrganisationRow)) or 0
    persons = session.scalar(select(func.count()).where(PractitionerRow.merged_into_id.is_(None))) or 0
    return organisations + persons


def _load(session: WorkSession, register: str, ids: Sequence[int]) -> facts.Known:
    if register == "organisation":
        return facts.load(session, organisations=ids)
    return facts.load(session, practitioners=ids)


def _stored(session: WorkSession, register: str, ids: Sequence[int]) -> dict[Holder, list[keep.Course]]:
    if register == "organisation":
        return keep.stored(session, organisations=ids)
    return keep.stored(session, practitioners=ids)


def _refreshed(session: WorkSession, register: str, ids: Sequence[int]) -> Sequence[Holder]:
    if register == "organisation":
        return keep.refresh(session, organisations=ids)
    return keep.refresh(session, practitioners=ids)


def _named(session: WorkSession, holders: Sequence[Holder]) -> list[str]:
    names: list[str] = []
    column: InstrumentedAttribute[str]
    for register, column, key in (
        ("organisation", OrganisationRow.public_id, OrganisationRow.id),
        ("practitioner", PractitionerRow.public_id, PractitionerRow.id),
    ):
        ids = [one.id for one in holders if one.register == register]
        if ids:
            names += session.scalars(select(column).where(key.in_(ids)).order_by(key)).all()
    return names


_UNAPPLIED = select(RulesRow).where(RulesRow.applied_at.is_(None)).order_by(RulesRow.id)

JOBS = (
    Job("standing", "核对信用等级", check, "20 2 * * *"),
    Job("standing.apply", "按新规则重新计算信用等级", apply, "*/10 * * * *"),
)
