"""The rule sets that the office has adopted."""

from functools import lru_cache

from sqlalchemy import select

from registry.credit.standing.reading import read
from registry.credit.standing.ruleset import RuleSet, Window, windows
from registry.credit.standing.tables import RulesRow
from registry.kernel.work import WorkSession


def book(session: WorkSession) -> list[Window]:
    """The adopted rule sets with the days on which each decides, those to come among them."""
    rows = session.execute(select(RulesRow.id, RulesRow.source).where(RulesRow.state == "adopted"))
    return windows({row.id: parsed(row.source) for row in rows})


def with_proposed(session: WorkSession, row: RulesRow) -> list[Window]:
    """The book as it would be if this proposal were adopted."""
    rows = session.execute(select(RulesRow.id, RulesRow.source).where(RulesRow.state == "adopted"))
    return windows({**{one.id: parsed(one.source) for one in rows}, row.id: parsed(row.source)})


@lru_cache(maxsize=64)
def parsed(source: bytes) -> RuleSet:
    """Read once for a process: the text of a rule set never changes."""
    return read(source)
