"""`legalcredit db upgrade` and `legalcredit serve`: an office starts the service and stops it again."""

import json
import os
import re
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

import pytest

from registry.accounts import staff
from registry.kernel import runs
from registry.kernel.access import Actor
from registry.kernel.clock import SystemClock
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.commands import Commands


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not come to this within a minute"
        time.sleep(0.1)


def _leader(work: Work) -> runs.Leader | None:
    with work.read() as session:
        return runs.leader(session)


def _got(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return str(answer.read().decode())


def _answers(address: str) -> bool:
    try:
        return _got(address) == "ready\n"
    except URLError:
        return False


@pytest.fixture
def present(host: Host) -> Work:
    """Units of work at the time that the processes have."""
    return host.work_with(SystemClock(), os.urandom)


def test_upgrade_says_what_it_did_and_can_be_repeated(bare_database_url: str, home: Path) -> None:
    commands = Commands({"DATABASE_URL": bare_database_url, "LEGALCREDIT_HOME": str(home)})
    first = commands("db", "upgrade")
    assert first.returncode == 0, first.stderr
    assert re.search(r"数据库结构：空库 → \w+\n工作日历：载入 2004–20\d\d 年，共 8\d{3} 天", first.stdout)
    again = commands("db", "upgrade")
    assert again.returncode == 0
    assert re.search(r"数据库结构：已是最新（\w+）\n工作日历：没有变化", again.stdout)


def test_the_server_runs_with_its_jobs_and_both_stop_together(
    legalcredit: Commands, present: Work, home: Path
) -> None:
    with present.write(Actor.command("tests")) as session:
        staff.add_staff(
            session,
            session.actor,
            username="clerk",
            name="演示经办人",
            section="律师工作处",
            roles=("clerk",),
            password="demo-city-2026",
            demo=True,
        )
    port = legalcredit.environment["PORT"]
    server = legalcredit.start("serve", "--with-jobs")
    assert server.stdout
    # The process of the jobs says its own line, before or in between.
    said = "".join(server.stdout.readline() for _ in range(3))
    assert f"服务地址：http://127.0.0.1:{port}\n" in said
    _got(f"http://127.0.0.1:{port}/healthz")  # whoever reads the address may ask at once
    assert re.search("演示账号：clerk；.*demo-city-2026", said)
    _until(lambda: _leader(present))
    _until(lambda: _answers(f"http://127.0.0.1:{port}/readyz"))

    # Requests go to either worker, and the run of a job to a third process; the metrics are of all.
    for _ in range(19):
        _got(f"http://127.0.0.1:{port}/healthz")
    legalcredit.environment["PROMETHEUS_MULTIPROC_DIR"] = str(home / "metrics" / port)
    assert legalcredit("jobs", "once", "jobs.prune").returncode == 0
    metrics = _got(f"http://127.0.0.1:{port}/metrics")
    assert re.search(r'requests_total\{method="GET",route="/healthz",status="200"\} 20.0', metrics)
    assert 'legalcredit_job_runs_total{job="jobs.prune",outcome="done"} 1.0' in metrics

    second = legalcredit("serve")
    assert second.returncode == 1
    assert json.loads(second.stderr)["error"] == "address"

    server.send_signal(signal.SIGTERM)
    assert server.wait(60) == 0
    assert _leader(present) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_outlives_a_killed_server(legalcredit: Commands, present: Work) -> None:
    """kill -9: its workers and its jobs end by themselves, and the next server finds the port free."""
    port = legalcredit.environment["PORT"]
    server = legalcredit.start("serve", "--with-jobs")
    _until(lambda: _leader(present))
    _until(lambda: _answers(f"http://127.0.0.1:{port}/readyz"))
    server.kill()
    # Its end comes when the last process that writes to it has ended.
    server.communicate(timeout=60)
    assert _leader(present) is None
    assert _answers(f"{legalcredit.serve()}/readyz")


def test_settings_that_cannot_be_used_are_told_in_one_line() -> None:
    refused = Commands({"PORT": "many", "LEGALCREDIT_REGION": "x"})("jobs", "list")
    assert refused.returncode == 1
    told = json.loads(refused.stderr)
    assert told["error"] == "settings"
    assert len(told["faults"]) == 2
