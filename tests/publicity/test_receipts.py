"""What a platform answers later: receipts settle what was taken, once, and the latest word counts."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from publicity.feed import queue
from registry.accounts import clients
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.publicity import office, telling
from tests.publicity.platform import Platform
from tests.publicity.telling import channel, deliver_all, publish_one, states

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


class TestReceipts:
    def test_a_receipt_settles_what_was_taken(
        self, host: Host, work: Work, client: FlaskClient, platform: Platform
    ) -> None:
        with work.write(office.OFFICE) as session:
            added, token = clients.add_client(session, office.OFFICE, name="平台", scopes=["feed:receipt"])
        channel(work, platform, client=added.public_id)
        first, second = publish_one(work, 1), publish_one(work, 2)
        platform.will("receipt", "receipt")
        deliver_all(work)
        assert states(work, first) == states(work, second) == ["sent"]
        items = [
            {"index": 0, "result": "accepted", "platform_id": "P-1"},
            {"index": 1, "result": "rejected", "code": "17", "message": "文号重复"},
        ]
        headers = {"Authorization": f"Bearer {token}"}
        for _ in range(3):
            told = client.post("/feed/v1/receipts", json={"items": items}, headers=headers)
            assert told.status_code == 200
        assert (states(work, first), states(work, second)) == (["accepted"], ["rejected"])
        with work.read() as session:
            rejected = telling.rows(work)[1]
            assert queue.answer_of(session, rejected) == "文号重复"
            assert "文号重复".encode() not in (rejected.answer or b"")
        row = telling.channel_row(work)
        assert row.receipt_at is not None
