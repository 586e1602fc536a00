"""Every day the office asks the platform what it has; what differs is named, and mended by the next delivery."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from publicity.feed import reconcile
from registry.kernel.clock import SetClock
from registry.kernel.work import Work
from tests.commands import Commands
from tests.publicity import telling
from tests.publicity.platform import Platform
from tests.publicity.telling import channel, correct, deliver_all, publish_one, states, withdraw

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


def test_a_platform_that_agrees_is_told_nothing(work: Work, platform: Platform) -> None:
    public_id = channel(work, platform)
    kept, ended = publish_one(work, 1), publish_one(work, 2)
    correct(work, kept)
    deliver_all(work)
    withdraw(work, ended)
    deliver_all(work)
    found = reconcile.reconcile(work, public_id)
    assert (found.compared, found.missing, found.left) == (2, (), ())
    assert deliver_all(work) == {}
    assert telling.channel_row(work).reconciled_at is not None


def test_a_platform_that_restored_an_old_backup_has_everything_again(work: Work, platform: Platform) -> None:
    """It lost a correction and a notice, and shows again what had ended."""
    public_id = channel(work, platform)
    corrected, ended = publish_one(work, 1), publish_one(work, 2)
    deliver_all(work)
    backup = dict(platform.rows)
    correct(work, corrected)
    later = publish_one(work, 3)
    deliver_all(work)
    withdraw(work, ended)
    deliver_all(work)
    now = platform.versions()
    platform.rows = backup
    found = reconcile.reconcile(work, public_id)
    assert (set(found.missing), found.left) == ({corrected, later}, (ended,))
    deliver_all(work)
    assert platform.versions() == now
    assert reconcile.reconcile(work, public_id).counts == {
        "compared": 3, "missing": 0, "left": 0, "parked": 0, "confirmed": 0, "unanswered": 0, "untold": 0, "strange": 0,
    }  # fmt: skip


def test_what_has_no_receipt_is_settled_by_a_match_and_asked_for_only_when_it_is_overdue(
    work: Work, clock: SetClock, platform: Platform
) -> None:
    public_id = channel(work, platform)
    there, lost = publish_one(work, 1), publish_one(work, 2)
    platform.will("garbage", "receipt")
    deliver_all(work)
    platform.rows[there] = (1, {})
    assert reconcile.reconcile(work, public_id).compared == 0
    clock.advance(timedelta(days=1))
    found = reconcile.reconcile(work, public_id)
    assert (found.confirmed, found.missing) == (1, (lost,))
    assert (states(work, there), states(work, lost)) == (["accepted"], ["waiting"])
    deliver_all(work)
    assert platform.versions() == {there: 1, lost: 1}


def test_nobody_waits_for_the_receipt_of_a_version_that_another_has_replaced(
    work: Work, clock: SetClock, platform: Platform
) -> None:
    public_id = channel(work, platform)
    answered, found = publish_one(work, 1), publish_one(work, 2)
    platform.will("receipt", "receipt")
    deliver_all(work)
    correct(work, answered)
    correct(work, found)
    platform.will("", "receipt")
    deliver_all(work)
    assert states(work, answered) == ["superseded", "accepted"]
    assert states(work, found) == ["sent", "sent"]
    platform.rows[found] = (2, {})
    clock.advance(timedelta(days=1))
    assert reconcile.reconcile(work, public_id).confirmed == 1
    assert states(work, found) == ["superseded", "accepted"]


def test_a_platform_that_cannot_be_asked_is_left_alone(work: Work, platform: Platform) -> None:
    public_id = channel(work, platform, settings={"url": f"{platform.url}/notices"})
    publish_one(work)
    deliver_all(work)
    assert reconcile.reconcile(work, public_id).untold == 1
    assert deliver_all(work) == {}


def test_from_the_command_line(work: Work, platform: Platform, legalcredit: Commands) -> None:
    channel(work, platform)
    notice = publish_one(work)
    deliver_all(work)
    platform.forget([notice])
    done = legalcredit("feed", "reconcile", "市信用平台")
    *named, counts = done.stdout.splitlines()
    assert (done.returncode, named) == (0, [f"平台缺少：{notice}"])
    assert json.loads(counts)["missing"] == 1
    refused = legalcredit("feed", "reconcile", "nobody")
    assert (refused.returncode, json.loads(refused.stderr)["error"]) == (1, "no_channel")
