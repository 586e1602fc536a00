"""A city of 36,000 firms goes through the whole ceremony: no page, statement or process grows with it beyond what it must."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from inspection.draw.verify import verify
from registry.kernel.host import Host
from tests.inspection import bureau
from tests.inspection.bureau import DICE, SECOND_DICE

FIRMS = 36_000
STRATA = [{"id": name, "rate_bp": 500, "min": 1, "max": None} for name in "ABCD"]

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """What the pages ask of the database."""
    asked: list[str] = []

    def heard(_connection, _cursor, statement: str, *_rest: object) -> None:
        asked.append(statement)

    engine = app.extensions["legalcredit"].engine
    event.listen(engine, "before_cursor_execute", heard)
    yield asked
    event.remove(engine, "before_cursor_execute", heard)


def test_a_city_of_thirty_six_thousand_firms_is_drawn_shown_and_verified(
    host: Host, client: FlaskClient, statements: list[str]
) -> None:
    place = bureau.found(host.work, firms=FIRMS, inspectors=200, strata=STRATA, reserve=20)
    draw = bureau.committed(host.work, place)
    page = f"/draws/{draw}"
    for shown, most in {
        page: 50_000,
        f"{page}/frame": 120_000,
        f"{page}/frame?start={FIRMS - 50}": 120_000,
        f"{page}/frame?q=第31试验": 120_000,
        f"{page}/places?q=第31试验": 60_000,
        f"{page}/stage": 50_000,
    }.items():
        statements.clear()
        answer = client.get(shown)
        assert (answer.status_code, len(answer.data) < most) == (200, True), (shown, len(answer.data))
        assert len(statements) <= 40, shown

    listed = client.get(f"{page}/frame.csv")
    assert listed.is_streamed
    rows = list(csv.reader(io.StringIO(listed.data.decode("utf-8-sig"))))
    assert len(rows) == FIRMS + 1

    bureau.throw(host.work, draw, DICE, SECOND_DICE)
    tracemalloc.start()
    record = bureau.run(host.work, draw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300_000_000
    assert len(record["selected"]) == FIRMS // 20
    assert verify(json.loads(client.get(f"{page}/record.json").data)) == []
    for shown, most in {
        page: 800_000,  # 1,800 firms with their teams
        f"{page}/stage": 600_000,
        f"{page}/verify": 6_000_000,  # the whole record, to be verified without a connection
        f"{page}/frame": 120_000,
    }.items():
        statements.clear()
        answer = client.get(shown)
        assert (answer.status_code, len(answer.data) < most) == (200, True), (shown, len(answer.data))
        assert len(statements) <= 40, shown
