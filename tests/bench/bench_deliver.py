"""What telling a platform costs, against the script that an office would write instead: a loop that reads the rows and sends
each, without queue, order, leases, encryption or audit."""

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection

import orjson
import pytest
from sqlalchemy import Engine, select, text

from publicity.feed import deliver
from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.channels.json_https import sign
from publicity.feed.queue import due
from registry.kernel.work import Work
from tests.publicity import office, telling
from tests.publicity.platform import SECRET, Platform
from tests.publicity.soap_platform import SoapPlatform
from tests.publicity.stand_ins import Soap, opened

ENTRIES = 3000


def _publish(work: Work, count: int) -> None:
    for start in range(0, count, 500):
        with work.write(office.OFFICE) as session:
            for number in range(start, min(start + 500, count)):
                telling.published(session, number)


@pytest.mark.bench
def test_delivery(work: Work, engine: Engine) -> None:
    _publish(work, ENTRIES)
    with Platform() as platform:
        looped = _seconds(lambda: _loop(engine, platform))
    with Platform() as platform, SoapPlatform() as soap:
        telling.channel(work, platform, name="JSON")
        single = _delivered(work)
        assert len(platform.rows) == ENTRIES
        opened(work, Soap("city", soap, asked=False), name="SOAP")
        one = _delivered(work)
        with work.write(office.OFFICE) as session:
            session.scalars(select(ChannelRow).where(ChannelRow.name == "SOAP")).one().paused_at = session.now
            session.act("bench.pause", "bench")
        settings = Soap("city", soap, asked=False).settings()
        opened(
            work, Soap("city", soap, asked=False), name="50", settings=settings["settings"] | {"rows": "50"}
        )
        batched = _delivered(work)
    print(
        f"\n{engine.dialect.name}, {ENTRIES:,} entries: a bare loop {looped:.1f} s ({ENTRIES / looped:.0f} a second); JSON channel "
        f"{single:.1f} s ({ENTRIES / single:.0f} a second, {single / looped:.1f} x); SOAP row by row {one:.1f} s "
        f"({ENTRIES / one:.0f} a second), 50 rows a call {batched:.1f} s ({ENTRIES / batched:.0f} a second)"
    )


@pytest.mark.bench
@pytest.mark.parametrize("waiting", [1_000, 100_000])
def test_a_claim_costs_the_same_however_long_the_queue_is(work: Work, engine: Engine, waiting: int) -> None:
    """With nobody answering, so that the queue stays as it is."""
    with Platform() as platform:
        telling.channel(work, platform)
    telling.publish_one(work)
    telling.deliver_all(work)
    with work.write(office.OFFICE) as session:
        channel = session.scalars(select(ChannelRow)).one().id
        session.act("bench.fill", "bench")
        for start in range(0, waiting, 10_000):
            session.execute(
                DeliveryRow.__table__.insert(),  # type: ignore[attr-defined]
                [
                    {
                        "channel_id": channel, "position": n + 10, "record": f"r{n}", "version": 1, "action": "publish",
                        "kind": "penalty", "ends": False, "state": "waiting", "doubt": False, "attempts": 0, "token": 0,
                        "round": 0, "queued_at": session.now,
                    }
                    for n in range(start, min(start + 10_000, waiting))
                ],
            )  # fmt: skip

    def claim() -> None:
        with work.read() as session:
            assert len(due(session, session.get_one(ChannelRow, channel), 50)) >= 50

    claim()
    print(
        f"\n{engine.dialect.name}, {waiting:,} waiting: to find 50 that may go {_seconds(claim) * 1000:.1f} ms"
    )


def _loop(engine: Engine, platform: Platform) -> None:
    """Reads rows and posts them over one line, signed as the stand-in wants it."""
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    host, port = platform.url.removeprefix("http://").split(":")
    bodies = text(
        "SELECT e.record, b.body FROM reg_ledger_entries e JOIN reg_ledger_bodies b ON b.book = e.book AND b.position = e.position WHERE e.book = 'public'"
    )
    with engine.connect() as connection:
        for record, body in connection.execute(bodies):
            sent = orjson.dumps(
                {"data": {"record": record, "version": 1, "action": "publish", **orjson.loads(bytes(body))}}
            )
            stamp = str(int(datetime.now(UTC).timestamp()))
            headers = {
                "webhook-id": record,
                "webhook-timestamp": stamp,
                "webhook-signature": sign(key, record, stamp, sent),
            }
            line = HTTPConnection(host, int(port))
            line.request("POST", "/notices", sent, headers)
            assert line.getresponse().read()
            line.close()


def _delivered(work: Work) -> float:
    return _seconds(lambda: deliver.run(work))


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
