"""SIGKILL in the middle of a publication: after the restart nothing of it is there, and all of it can be done again."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from publicity.notices.tables import Notice, NoticeVersion
from publicity.release.tables import Release
from registry.kernel.host import Host
from registry.ledger import book, verify
from tests.publicity import office

# Publishes one release as the service does, and stops for good where it is told: in the last closing step, when every
# row, leaf and checkpoint is written and only the commit is missing, or before the leaf is appended.
PUBLISHER = """
import os, sys, time
from publicity.app import PARTS
from registry.kernel.host import Host
from registry.kernel.part import Part
from registry.kernel.settings import Settings
from tests.publicity import office

def stop(session):
    print("stopped", flush=True)
    time.sleep(600)

release, where = sys.argv[1:]
stopping = Part(name="stopping", closing=(stop,))
parts = (*PARTS, stopping) if where == "after" else (stopping, *PARTS)
host = Host(Settings.load(os.environ), parts)
office.take(host.work, office.person(host.permissions, "clerk2"), "publish", release)
"""


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_publication_killed_half_way_has_never_been(
    host: Host, environment: dict[str, str], where: str
) -> None:
    """`before` and `after` the act is written into the audit book; the public leaf is appended in either case."""
    release = office.release_of(host.work, office.penalty(host.work, office.enrol(host.work)))
    people = office.team(host)
    for step, name in office.SIX[:4]:
        office.take(host.work, people[name], step, release)
    audit, as_it_was = _size(host, "audit"), _standing(host, release)
    assert as_it_was[::2] == ("approved", 4)

    publisher = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, release, where],
        cwd=Path(__file__).parents[2],
        env={"PATH": "/usr/bin:/bin", **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert publisher.stdout is not None
    assert publisher.stdout.readline() == "stopped\n"
    publisher.send_signal(signal.SIGKILL)
    publisher.communicate()

    assert _standing(host, release) == as_it_was
    with host.work.read() as session:
        for table in (Notice, NoticeVersion):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        for name in book.BOOKS:
            assert not list(verify.verify(session, name))
    assert (_size(host, "public"), _size(host, "audit")) == (0, audit)

    office.take(host.work, people["clerk2"], "publish", release)
    assert _size(host, "public") == 1
    with host.work.read() as session:
        assert session.scalars(select(Notice.state)).one() == "current"
        assert not list(verify.verify(session, "public"))


def _standing(host: Host, release: str) -> tuple[str, int, int]:
    with host.work.read() as session:
        row = session.scalars(select(Release).where(Release.public_id == release)).one()
        assert row.columns is not None
        return row.state, row.revision, len(row.steps)


def _size(host: Host, name: book.Book) -> int:
    with host.work.read() as session:
        return book.head(session, name).size
