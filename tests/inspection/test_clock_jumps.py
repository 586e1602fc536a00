"""The server's clock is set wrong and put right again in the middle of a ceremony: nothing is lost, nothing verifies less."""

import json
from datetime import timedelta

import pytest

from inspection.ceremony import conduct, find
from inspection.draw.verify import verify as verify_record
from inspection.visits import assign
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger import book, verify
from tests.inspection import bureau
from tests.inspection.bureau import DICE, OFFICE, SECOND_DICE

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("jump", [timedelta(days=-3), timedelta(hours=-1), timedelta(days=20)])
@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_a_clock_that_jumps_between_any_two_acts_leaves_a_draw_that_verifies(
    host: Host, clock: SetClock, jump: timedelta, before: int
) -> None:
    work = host.work
    draw = bureau.frozen(work, bureau.found(work))
    acts = (
        lambda: bureau.commit(work, draw),
        lambda: _supply(work, draw, 0, DICE),
        lambda: _supply(work, draw, 1, SECOND_DICE),
        lambda: bureau.run(work, draw),
    )
    for number, act in enumerate(acts):
        if number == before:
            clock.advance(jump)
        act()
    with work.read() as session:
        assert verify_record(json.loads(find.record_bytes(session, draw))) == []
        assert [list(verify.verify(session, name)) for name in book.BOOKS] == [[], []]


def test_a_deadline_that_a_wrong_clock_showed_is_over_only_once_it_is_written_down(
    host: Host, clock: SetClock
) -> None:
    work = host.work
    draw = bureau.committed(work, bureau.found(work))
    bureau.throw(work, draw, DICE)
    right = clock.now()
    clock.advance(timedelta(days=40))
    with pytest.raises(Conflict, match="期限"):
        _supply(work, draw, 1, SECOND_DICE)
    clock.set(right)
    with work.read() as session:
        assert not find.draw_page(session, draw, on=session.today).overdue
    _supply(work, draw, 1, SECOND_DICE)
    assert assign.settle(work) == {"drawn": 1, "lapsed": 0}


def _supply(work: Work, draw: str, position: int, value: str) -> None:
    with work.write(OFFICE) as session:
        conduct.supply(session, OFFICE, draw_id=draw, position=position, value=value)
