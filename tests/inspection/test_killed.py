"""SIGKILL in the middle of the ceremony: afterwards each act has happened whole or not at all, and the draw goes on."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from inspection.ceremony import find
from inspection.ceremony.tables import SelectionRow
from inspection.draw.verify import verify as verify_record
from inspection.visits import assign
from inspection.visits.tables import VisitRow
from registry.kernel.host import Host
from registry.ledger import book, verify
from tests.inspection import bureau
from tests.inspection.bureau import DICE, SECOND_DICE

# Commits or carries out one draw as the service does, and stops for good where it is told: in the last closing step,
# when every row, leaf and checkpoint is written and only the commit is missing; in the first, before the audit entry;
# or after the transaction.
OFFICER = """
import os, sys, time
from datetime import datetime
from inspection.ceremony import conduct
from inspection.visits import assign
from publicity.app import PARTS
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.part import Part
from registry.kernel.settings import Settings
from tests.inspection.bureau import OFFICE

def stop(session=None):
    print("stopped", flush=True)
    time.sleep(600)

act, draw, where, now = sys.argv[1:]
stopping = Part(name="stopping", closing=(stop,))
parts = {"first": (stopping, *PARTS), "last": (*PARTS, stopping), "after": PARTS}[where]
host = Host(Settings.load(os.environ), parts, clock=SetClock(datetime.fromisoformat(now)))
if act == "commit":
    with host.work.write(OFFICE) as session:
        conduct.commit(session, OFFICE, draw_id=draw)
else:
    assign.draw_now(host.work, OFFICE, draw_id=draw)
stop()
"""


def kill(host: Host, environment: dict[str, str], act: str, draw: str, where: str) -> None:
    officer = subprocess.Popen(
        [sys.executable, "-c", OFFICER, act, draw, where, host.clock.now().isoformat()],
        cwd=Path(__file__).parents[2],
        env={"PATH": "/usr/bin:/bin", **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert officer.stdout is not None
    assert officer.stdout.readline() == "stopped\n"
    officer.send_signal(signal.SIGKILL)
    officer.communicate()


def whole(host: Host, draw: str, state: str, leaves: list[str]) -> None:
    """The draw stands in `state`, its leaves and visits are those of that state, and both books verify."""
    with host.work.read() as session:
        page = find.draw_page(session, draw, on=session.today)
        assert page.state == state
        stored = book.read(session, "public", start=0, limit=10, on=session.today)
        assert [leaf.action for leaf in stored if leaf.action != "other"] == leaves
        for table in (SelectionRow, VisitRow):
            assert session.scalar(select(func.count()).select_from(table)) == len(page.chosen)
        for name in book.BOOKS:
            assert not list(verify.verify(session, name))


@pytest.mark.parametrize(
    ("where", "state", "leaves"),
    [("last", "frozen", []), ("after", "committed", ["frame"])],
)
def test_killed_at_the_commitment_the_draw_is_frozen_or_committed_and_goes_on(
    host: Host, environment: dict[str, str], where: str, state: str, leaves: list[str]
) -> None:
    draw = bureau.frozen(host.work, bureau.found(host.work))
    kill(host, environment, "commit", draw, where)
    whole(host, draw, state, leaves)
    if state == "frozen":
        bureau.commit(host.work, draw)
    bureau.throw(host.work, draw, DICE, SECOND_DICE)
    assert verify_record(bureau.run(host.work, draw)) == []
    whole(host, draw, "drawn", ["frame", "draw"])


@pytest.mark.parametrize("where", ["first", "last"])
def test_killed_while_drawing_it_has_not_been_drawn_and_the_night_draws_the_same(
    host: Host, environment: dict[str, str], where: str
) -> None:
    draw = bureau.committed(host.work, bureau.found(host.work))
    bureau.throw(host.work, draw, DICE, SECOND_DICE)
    kill(host, environment, "draw", draw, where)
    whole(host, draw, "ready", ["frame"])
    assert assign.settle(host.work) == {"drawn": 1, "lapsed": 0}
    whole(host, draw, "drawn", ["frame", "draw"])
    with host.work.read() as session:
        record = json.loads(find.record_bytes(session, draw))
        assert [item["value"] for item in record["entropy"]] == [DICE, SECOND_DICE]
        assert verify_record(record) == []
