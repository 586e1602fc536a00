"""`ledger verify` also finds a closed entry that somebody opened behind the service's back, and one that was hidden."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from inspection.ceremony.examine import examine
from registry.kernel.work import Work
from registry.ledger import book
from registry.ledger.tables import BodyRow
from tests.inspection import bureau, sealed_bureau
from tests.people import Person


def found(work: Work) -> list[tuple[str, str]]:
    with work.read() as session:
        return [(one.place, one.rule) for one in examine(session)]


def flag(work: Work, position: int, *, sealed: bool) -> None:
    with work.engine.begin() as connection:
        where = (BodyRow.book == "public", BodyRow.position == position)
        connection.execute(update(BodyRow).where(*where).values(sealed=sealed))


@pytest.fixture
def closed(work: Work, sign_in: Callable[..., Person]) -> int:
    """The position of what a closed draw committed to."""
    sealed_bureau.hold(work, sign_in("auditor"))
    draw = sealed_bureau.drawn(work, bureau.found(work))
    with work.read() as session:
        size = book.head(session, "public").size
        entries = book.read(session, "public", start=0, limit=size, on=session.today)
        [position] = [one.index for one in entries if (one.record, one.action) == (draw, "draw")]
    return position


def test_a_closed_draw_is_as_it_should_be(work: Work, closed: int) -> None:
    assert found(work) == []


def test_a_result_opened_before_its_time_is_found(work: Work, closed: int) -> None:
    flag(work, closed, sealed=False)
    assert found(work) == [(f"entry {closed}", "sealed")]


def test_an_entry_hidden_without_a_seal_is_found(work: Work, closed: int) -> None:
    flag(work, closed - 1, sealed=True)
    assert found(work) == [(f"entry {closed - 1}", "sealed")]
