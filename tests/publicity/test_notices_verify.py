"""`ledger verify` also holds what pages read of notices to the book that proves it, and finds whatever was done to either."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Delete, Update, delete, insert, inspect, select, update

from publicity.notices import end, verify
from publicity.notices.tables import Notice, NoticeVersion
from registry.kernel.host import Host
from registry.ledger import book
from registry.ledger.book import Entry
from tests.commands import Commands
from tests.publicity import office


@pytest.fixture
def city(host: Host) -> Host:
    """A penalty that is public, and a permit that was withdrawn."""
    subjects = office.enrol(host.work)
    office.publicise(host, office.penalty(host.work, subjects))
    permit = office.publicise(host, office.permit(host.work, subjects))
    with host.work.write(office.person(host.permissions, "leader")) as session:
        end.withdraw(session, session.actor, notice=permit, ground="quashed")
    return host


def rules(host: Host) -> set[str]:
    with host.work.read() as session:
        return {found.rule for found in verify.examine(session)}


def test_nothing_is_found_while_rows_and_book_agree(city: Host) -> None:
    assert rules(city) == set()


@pytest.mark.parametrize(
    ("done", "rule"),
    [
        (lambda: update(Notice).where(Notice.state == "withdrawn").values(state="current"), "state"),
        (lambda: update(Notice).where(Notice.state == "current").values(state="expired"), "state"),
        (lambda: update(Notice).where(Notice.state == "withdrawn").values(practitioner_id=1), "state"),
        (lambda: update(Notice).values(version=7), "state"),
        (lambda: delete(NoticeVersion).where(NoticeVersion.action == "withdraw"), "no_row"),
        (
            lambda: update(NoticeVersion).where(NoticeVersion.action == "withdraw").values(action="mark"),
            "no_leaf",
        ),
        (
            lambda: update(NoticeVersion).where(NoticeVersion.action == "withdraw").values(position=99),
            "no_leaf",
        ),
        (lambda: update(Notice).where(Notice.state == "current").values(public_id="X" * 16), "no_row"),
    ],
    ids=[
        "ended-shown",
        "shown-ended",
        "ended-named",
        "version",
        "end-deleted",
        "end-renamed",
        "moved",
        "another-id",
    ],
)
def test_whatever_was_done_to_a_row_is_found(
    city: Host, done: Callable[[], Update | Delete], rule: str
) -> None:
    with city.work.engine.begin() as connection:
        connection.execute(done())
    assert rule in rules(city)


def test_a_leaf_that_no_page_shows_is_found_by_the_command(city: Host, legalcredit: Commands) -> None:
    body: dict[str, Any] = {"kind": "penalty", "until": None}
    with city.work.write(office.OFFICE) as session:
        session.act("notice.publish", "A" * 16)
        [position] = book.append(session, "public", [Entry("publish", "A" * 16, 1, body)])
    told = legalcredit("ledger", "verify", "--book", "public")
    assert told.returncode == 1
    assert f"entry {position}" in told.stdout
    assert "no_row" in told.stderr
    assert legalcredit("ledger", "verify", "--book", "audit").returncode == 0


def test_a_version_of_no_leaf_is_found(city: Host) -> None:
    with city.work.engine.begin() as connection:
        row = connection.execute(
            select(*inspect(NoticeVersion).columns).where(NoticeVersion.action == "withdraw")
        ).one()
        connection.execute(
            insert(NoticeVersion).values({**row._mapping, "version": 3, "action": "publish", "position": 77})
        )
    assert {"no_leaf", "state"} <= rules(city)
