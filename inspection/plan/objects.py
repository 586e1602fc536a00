"""检查对象名录库: how many of each kind may be drawn, by stratum. Who they are is the registry's own public page.

A subject's stratum follows from its credit grade, which the office does not publish one by one, so only numbers are public.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from inspection.plan import placing
from registry.credit.find import Adverse
from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.kinds import practising, titles


@dataclass(frozen=True)
class Count:
    """`strata` counts those who practise; `others` are on the register and not practising on the day."""

    kind: str
    title: str
    strata: Mapping[str, int]
    others: int

    @property
    def practising(self) -> int:
        return sum(self.strata.values())


def counts(session: WorkSession, *, on: date) -> list[Count]:
    """Every kind of organisation and profession on the day `on`; kinds with nobody are left out."""
    known = placing.looked_back(session, on=on)
    counted = [_count(session, kind, on, known) for kind in titles()]
    return [count for count in counted if count.practising + count.others]


def _count(session: WorkSession, kind: str, on: date, known: Sequence[Adverse]) -> Count:
    ids, others = [], 0
    for member in find.population(session, kind, on=on):
        if practising(member.state):
            ids.append(member.id)
        else:
            others += 1
    placed = placing.strata(session, kind, ids, on=on, known=known)
    return Count(kind, titles()[kind], dict(sorted(Counter(placed.values()).items())), others)
