"""SIGKILL at any step of the sync client: it goes on where it was, and answers every entry once."""

from collections import Counter
from datetime import datetime
from random import Random

import pytest
from sqlalchemy import select

from publicity.feed.tables import Receipt
from publicity.sync.copy import Copy
from registry.kernel.clock import SHANGHAI
from registry.kernel.host import Host
from tests.publicity.mortal import Mortal
from tests.publicity.syncing import fill, one_database, synchronise


def _killed_and_whole(host: Host, address: str, token: str, into: str, kills: int) -> None:
    """Kills the client at steps drawn by lot while the log grows, and lets the last one finish."""
    lot = Random(kills)
    moment = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)
    outcomes = Counter[str]()
    with Mortal("sync", address, token, into, environment={}) as mortal:
        while outcomes["killed"] < kills:
            fill(host, 30)
            outcomes[mortal.run(lot.randint(1, 45), moment)] += 1
        assert mortal.run(0, moment) == "done"
    assert set(outcomes) <= {"killed", "done"}
    copy = Copy(into)
    done = synchronise(address, token, copy)
    size = 2500 + 30 * outcomes.total()
    assert (done.size, done.live, done.read, done.receipts, done.healed) == (size, size, 0, 0, 0)
    copy.close()
    with host.work.read() as session:
        answered = sorted(session.scalars(select(Receipt.position)))
    assert answered == list(range(size)), "every entry was answered, none twice"


@one_database
def test_killed_twenty_times_it_goes_on_where_it_was(
    host: Host, live_server: str, token: str, into: str
) -> None:
    fill(host, 2500)
    _killed_and_whole(host, live_server, token, into, kills=20)


@pytest.mark.slow
@one_database
def test_killed_two_hundred_times_it_goes_on_where_it_was(
    host: Host, live_server: str, token: str, into: str
) -> None:
    fill(host, 2500)
    _killed_and_whole(host, live_server, token, into, kills=200)
