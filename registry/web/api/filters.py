"""What lists share: filters that exclude each other, a subject's few rows in pages, rows held for a change."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import select

from registry.kernel.faults import Fault, Filled, NotFound
from registry.kernel.store import Base
from registry.kernel.work import WorkSession

Row = TypeVar("Row")


def alone(asked: Mapping[str, Any], name: str, *others: str) -> None:
    """Raises Fault when `name` is asked together with any of `others`."""
    if given := [other for other in others if asked[other]]:
        told = Filled("%(name)s 不能与 %(others)s 同时使用", name=name, others=", ".join(given))
        raise Fault(told, rule="filters")


def behind(rows: Sequence[Row], after: int | None, limit: int) -> Sequence[Row]:
    """The next `limit` of a subject's rows, which come newest first, from before row id `after`."""
    return [row for row in rows if after is None or row.id < after][:limit]  # type: ignore[attr-defined]


def lock(table: type[Base], missing: str) -> Callable[[WorkSession, str], None]:
    """Holds the row of `table` with a public id until the unit of work ends; NotFound says `missing`."""

    def hold(session: WorkSession, public_id: str) -> None:
        held = select(table.id).where(table.public_id == public_id)  # type: ignore[attr-defined]
        if session.scalar(held.with_for_update()) is None:
            raise NotFound(missing)

    return hold
