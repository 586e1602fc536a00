"""A penalty of the register held against the statutes, with what stands against its subject already."""

from datetime import date
from typing import NamedTuple

from registry.credit import statutes
from registry.credit.find import Event
from registry.credit.party import Party, penalties_of
from registry.credit.penalties import read
from registry.credit.record import NewEvent
from registry.credit.statutes import Breach
from registry.kernel.work import WorkSession


class Judged(NamedTuple):
    """What a penalty breaks, and what follows from it by law (article and words)."""

    breaches: tuple[Breach, ...]
    consequences: tuple[tuple[str, str], ...]


NOTHING = Judged((), ())


def judged(
    session: WorkSession, of: Party | None, penalty: Event | NewEvent, *, own: str | None = None
) -> Judged:
    """A penalty about a party; `own` is its public id where it is on record. Nothing is said of an unregistered subject.

    Only penalties decided before it count as its history.
    """
    kind = penalty.kind if isinstance(penalty.kind, str) else penalty.kind.code
    if kind != "penalty" or of is None:
        return NOTHING
    one = read(
        penalty.columns,
        penalty.detail,
        subjects=of.subjects,
        decided_on=penalty.decided_on,
        authority=penalty.authority,
    )
    past = penalties_of(session, of, but=[own] if own else [])
    earlier = [before for before in past if before.decided_on <= penalty.decided_on]
    conduct = penalty.detail.get("conduct_on")
    on = date.fromisoformat(conduct) if conduct else penalty.decided_on
    return Judged(tuple(statutes.check(one, earlier, on)), tuple(statutes.consequences(one)))
