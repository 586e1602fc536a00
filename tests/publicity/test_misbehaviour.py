"""Whatever a platform does over whichever kind of channel, it shows every record once, in its last version, and no other."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from publicity.feed import configure, reconcile
from registry.kernel.clock import SetClock
from registry.kernel.work import Work
from tests.publicity import office, telling
from tests.publicity.mortal import Mortal
from tests.publicity.stand_ins import KINDS, StandIn, opened, standing_in
from tests.publicity.telling import correct, deliver_all, publish_one, states, withdraw

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)
NUMBER = "沪司罚决字〔2026〕第{}号"


@pytest.fixture
def stand_in(postgresql_url: str, tmp_path: Path) -> Iterator[Callable[..., StandIn]]:
    with ExitStack() as stack:

        def made(kind: str, *, asked: bool = True) -> StandIn:
            return stack.enter_context(standing_in(kind, postgresql_url, tmp_path / "exchange", asked=asked))

        yield made


BEHAVIOUR = [
    # what it does; over which kinds; the state that it leads to at once; the state, and the rows there, in the end
    ("refuse", ("json", "national", "city", "exchange"), "rejected", "rejected", 0),
    ("refuse", ("files",), "sent", "rejected", 0),
    ("slow", ("json", "national", "city", "exchange"), "waiting", "accepted", 1),
    ("slow", ("files",), "sent", "accepted", 1),
    ("drop", ("json", "national", "city", "exchange"), "waiting", "accepted", 1),
    ("drop", ("files",), "claimed", "accepted", 1),
    ("fault", ("json", "national", "city", "exchange"), "waiting", "accepted", 1),
    ("busy", KINDS, "waiting", "accepted", 1),
    ("garbage", ("json",), "sent", "accepted", 1),
    ("garbage", ("national", "city", "exchange"), "waiting", "accepted", 1),
    ("garbage", ("files",), "sent", "accepted", 1),
    ("twice", ("files",), "sent", "accepted", 1),
    ("closed", KINDS, "parked", "parked", 0),
]


# After these a platform may be asked whether it has the record, where it can be.
IN_DOUBT = ("slow", "drop", "fault", "garbage")


@pytest.mark.parametrize(
    ("kind", "mood", "first", "finally_", "rows", "asked"),
    [
        (kind, mood, first, last, rows, asked)
        for mood, kinds, first, last, rows in BEHAVIOUR
        for kind in kinds
        for asked in ((True, False) if mood in IN_DOUBT and kind not in ("exchange", "files") else (True,))
    ],
)
def test_it_shows_the_record_once(
    work: Work, clock: SetClock, environment: dict[str, str], stand_in: Callable[..., StandIn],
    kind: str, mood: str, first: str, finally_: str, rows: int, asked: bool,
) -> None:  # fmt: skip
    platform = stand_in(kind, asked=asked)
    opened(work, platform)
    notice = publish_one(work)
    platform.will(mood)
    if (kind, mood) == ("files", "drop"):
        with Mortal("deliver", environment=environment) as mortal:
            assert mortal.run("dropped", clock.now()) == "killed"
        platform.behaves()
    else:
        deliver_all(work)
    assert states(work, notice) == [first]
    platform.behaves()
    _days_pass(work, clock, platform)
    unasked_json = (kind, mood, asked) == ("json", "garbage", False)
    # What only a look-up could tell waits for it, under the eyes of a person.
    assert states(work, notice) == ["sent" if unasked_json else finally_]
    assert platform.shows() == [(NUMBER.format(1), "罚款二万元")] * rows


@pytest.mark.parametrize("kind", KINDS)
def test_it_takes_a_record_and_breaks_the_line_then_will_not_have_it_and_then_the_record_ends(
    work: Work, clock: SetClock, environment: dict[str, str], stand_in: Callable[..., StandIn], kind: str
) -> None:
    """One row there, then none: what was parked may be there all the same, so its end is told."""
    platform = stand_in(kind, asked=False)
    public_id = opened(work, platform)
    notice = publish_one(work)
    if kind == "files":
        with Mortal("deliver", environment=environment) as mortal:
            assert mortal.run("dropped", clock.now()) == "killed"
        platform.at_night()
    else:
        platform.will("drop")
        deliver_all(work)
    clock.advance(HOUR)
    platform.will("closed")
    deliver_all(work)
    platform.behaves()
    # A folder that is gone can still be asked later; every other platform has said no, and the entry lies parked.
    assert states(work, notice) == ["parked"]
    assert platform.shows() == [(NUMBER.format(1), "罚款二万元")]
    withdraw(work, notice)
    _days_pass(work, clock, platform)
    assert platform.shows() == []
    assert states(work, notice) == ["superseded", "accepted"]
    with work.write(office.OFFICE) as session:
        configure.pause(session, office.OFFICE, channel=public_id)


@pytest.mark.parametrize("kind", KINDS)
def test_it_restores_an_old_backup_and_loses_a_day(
    work: Work, clock: SetClock, stand_in: Callable[..., StandIn], kind: str
) -> None:
    """A correction and a notice are lost, and what had ended is shown again; reconciliation names and heals all three."""
    platform = stand_in(kind)
    public_id = opened(work, platform)
    corrected, ended, lost = (publish_one(work, number) for number in (1, 2, 3))
    _days_pass(work, clock, platform)
    platform.backup()
    correct(work, corrected)
    later = publish_one(work, 4)
    withdraw(work, ended)
    _days_pass(work, clock, platform)
    public = platform.shows()
    assert public == [
        (NUMBER.format(1), "罚款二万元整"), (NUMBER.format(3), "罚款二万元"), (NUMBER.format(4), "罚款二万元"),
    ]  # fmt: skip
    platform.restore()
    platform.lose(NUMBER.format(3))
    found = reconcile.reconcile(work, public_id)
    assert set(found.missing) == {corrected, later, lost}
    assert found.left == (ended,)
    _days_pass(work, clock, platform)
    assert platform.shows() == public
    again = reconcile.reconcile(work, public_id)
    assert (again.missing, again.left, again.strange) == ((), (), ())


def _days_pass(work: Work, clock: SetClock, platform: StandIn) -> None:
    for _ in range(3):
        clock.advance(8 * HOUR)
        deliver_all(work)
        platform.at_night()
        deliver_all(work)
    for row in telling.rows(work):
        if row.state == "sent":
            clock.advance(24 * HOUR)
            reconcile.run(work)
            deliver_all(work)
            break
