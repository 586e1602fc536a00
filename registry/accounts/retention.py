"""The end of what the audit book tells: bodies are deleted after the configured years, leaves and tree stay.

retention.toml beside this module holds every figure with its days.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, select

from registry.accounts import audit
from registry.accounts.lookups import LOOK_UPS
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI
from registry.kernel.part import Job
from registry.kernel.work import Work, WorkSession
from registry.ledger.tables import BodyRow, EntryRow


@dataclass(frozen=True)
class Rule:
    """Acts of `kind` (look_ups or otherwise) from `first` to `last` are kept for `years` from their day."""

    kind: str
    first: date
    last: date
    years: int
    basis: str

    def ends(self, today: date) -> date:
        """The last day whose acts have had their term by the morning of `today`, never beyond the rule's own days."""
        try:
            kept_from = today.replace(year=today.year - self.years)
        except ValueError:
            # 29 February: the term of that day ended with the 28th.
            kept_from = date(today.year - self.years, 3, 1)
        return min(kept_from - timedelta(days=1), self.last)


def _rules(tables: Mapping[str, Any]) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            kind,
            row.get("from", date(2000, 1, 1)),
            row.get("until", date.max - timedelta(days=1)),
            row["years"],
            row["basis"],
        )
        for kind in ("look_ups", "otherwise")
        for row in tables[kind]
    )


RULES = _rules(tomllib.loads((Path(__file__).parent / "retention.toml").read_text("utf-8")))


def purge(work: Work) -> Mapping[str, int]:
    """The nightly job: deletes the bodies whose term is over, in one unit of work that says how many they were.

    Without salt and body the digest in the leaf tells nothing more; the leaf proves that an act was recorded then.
    """
    with work.write(Actor.job("audit.purge")) as session:
        gone = {"look_ups": 0, "otherwise": 0}
        for rule in RULES:
            gone[rule.kind] += _purge(session, rule)
        if any(gone.values()):
            session.act("audit.purge", "audit", **gone)
    return gone


def _purge(session: WorkSession, rule: Rule) -> int:
    beyond = _midnight(rule.ends(session.today) + timedelta(days=1))
    looked = EntryRow.action.in_(LOOK_UPS)
    due: tuple[ColumnElement[bool], ...] = (
        EntryRow.book == "audit",
        EntryRow.position < audit.position_at(session, beyond),
        looked if rule.kind == "look_ups" else ~looked,
        audit.leaf_time() >= audit.time_bytes(_midnight(rule.first)),
        audit.leaf_time() < audit.time_bytes(beyond),
    )
    held = select(BodyRow.position).where(
        BodyRow.book == EntryRow.book, BodyRow.position == EntryRow.position
    )
    if session.scalar(select(EntryRow.position).where(*due, held.exists()).limit(1)) is None:
        return 0
    positions = select(EntryRow.position).where(*due)
    deleted = session.execute(
        delete(BodyRow)
        .where(BodyRow.book == "audit", BodyRow.position.in_(positions))
        .execution_options(synchronize_session=False)
    )
    return deleted.rowcount if isinstance(deleted, CursorResult) else 0


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


PURGE = Job("audit.purge", "清除审计记录中保存期满的内容", purge, "20 3 * * *")
