"""Places a population into strata by the rule of the day: credit grades and complaints are read, nothing is typed in."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import islice

from inspection.plan.strata import Adverse, rule, stratum
from registry.credit import find as credit
from registry.credit.standing import find as standing
from registry.kernel.work import WorkSession
from registry.roster.kinds import ORGANISATION_KINDS

_AT_ONCE = 10_000  # ids in one statement; PostgreSQL takes 65,535 parameters


def strata(
    session: WorkSession,
    kind: str,
    ids: Collection[int],
    *,
    on: date,
    known: Sequence[credit.Adverse] | None = None,
) -> dict[int, str]:
    """The stratum of each of these subjects (row ids) of one kind of organisation or profession on the day `on`.

    `known` is what `looked_back` gives, for whoever asks about several kinds.
    """
    found = rule(on)
    grades = _grades(session, kind, ids, on)
    events = _by_subject(kind, looked_back(session, on=on) if known is None else known)
    return {one: stratum(found, events.get(one, ()), grade=grades.get(one), on=on) for one in ids}


def _grades(session: WorkSession, kind: str, ids: Collection[int], on: date) -> Mapping[int, str]:
    grades: dict[int, str] = {}
    rest = iter(ids)
    while some := list(islice(rest, _AT_ONCE)):
        if kind in ORGANISATION_KINDS:
            grades |= standing.of_many(session, kind, organisations=some, on=on)
        else:
            grades |= standing.of_many(session, kind, practitioners=some, on=on)
    return grades


def looked_back(session: WorkSession, *, on: date) -> list[credit.Adverse]:
    """The adverse events that stand and that the rule of the day looks at, of everybody."""
    return credit.adverse(session, after=rule(on).looks_back_to(on), until=on)


def _by_subject(kind: str, events: Sequence[credit.Adverse]) -> Mapping[int, Sequence[Adverse]]:
    """By row id in the register that the kind belongs to."""
    found: dict[int, list[Adverse]] = defaultdict(list)
    for event in events:
        subject = event.organisation if kind in ORGANISATION_KINDS else event.practitioner
        if subject is not None:
            found[subject].append(Adverse(event.kind, event.severity, event.decided_on))
    return found
