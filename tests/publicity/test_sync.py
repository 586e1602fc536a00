"""The platform's end of the feed: a process of its own that keeps a copy equal to what is public."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import Engine, select

from publicity.commands.sync import sync
from publicity.feed.tables import Receipt
from publicity.notices import end, publish
from publicity.sync.copy import Copy
from publicity.sync.follow import Client
from publicity.sync.transport import Server
from registry.kernel.host import Host
from registry.kernel.shell import Failed
from tests.commands import Commands
from tests.publicity import office
from tests.publicity.crooked import Crooked
from tests.publicity.syncing import TODAY, fill, one_database, rows, synchronise


class TestAsAProcess:
    @one_database
    def test_the_platform_keeps_an_equal_copy_through_every_action(
        self, host: Host, live_server: str, token: str, into: str, kept: Engine, legalcredit: Commands
    ) -> None:
        """Published, corrected, marked, withdrawn: after every run the copy is what the public may see, and no more."""
        subjects = office.enrol(host.work)
        head, leader = (office.person(host.permissions, name) for name in ("head", "leader"))
        permit = office.publicise(host, office.permit(host.work, subjects))
        penalty = office.publicise(host, office.penalty(host.work, subjects))
        legalcredit.environment["LEGALCREDIT_FEED_TOKEN"] = token
        first = self._run(legalcredit, live_server, into)
        assert (first["read"], first["size"], first["live"], first["agrees"]) == (2, 2, 2, True)
        assert office.LAWYER_ID in rows(kept)[permit].restricted
        with host.work.write(head) as session:
            publish.mark(session, head, notice=permit, marks=["objection"])
            publish.correct(session, head, notice=permit, columns={"XK_NR": "准予律师执业（专职）"})
        with host.work.write(leader) as session:
            end.withdraw(session, leader, notice=penalty, ground="quashed")
        second = self._run(legalcredit, live_server, into)
        assert (second["read"], second["size"], second["live"], second["receipts"]) == (3, 5, 1, 3)
        corrected = json.loads(rows(kept)[permit].body)
        assert (corrected["columns"]["XK_NR"], corrected["marks"]) == ("准予律师执业（专职）", ["objection"])
        tombstone = rows(kept)[penalty]
        assert (tombstone.action, tombstone.ended, tombstone.restricted) == ("withdraw", True, None)
        assert set(json.loads(tombstone.body)) == {"ground", "date", "document_number"}
        assert office.HEAD_ID not in str(rows(kept))
        with host.work.read() as session:
            assert sorted(session.scalars(select(Receipt.position))) == [0, 1, 2, 3, 4]

    @one_database
    def test_the_copy_may_be_a_database(
        self,
        host: Host,
        live_server: str,
        token: str,
        postgresql_url: str,
        tmp_path: Path,
        legalcredit: Commands,
    ) -> None:
        fill(host, 50)
        (tmp_path / "token").write_text(token + "\n")
        done = legalcredit(
            "sync", "--from", live_server, "--into", postgresql_url.replace("+psycopg", ""),
            "--token-file", tmp_path / "token",
        )  # fmt: skip
        assert json.loads(done.stdout)["agrees"], done.stderr
        copied = Copy(postgresql_url)
        place = copied.place()
        assert place is not None
        assert (place.frontier.size, copied.fold().live) == (50, 50)
        copied.close()

    @one_database
    def test_what_stops_it_is_one_line_for_a_program(
        self, host: Host, live_server: str, into: str, legalcredit: Commands
    ) -> None:
        fill(host, 1)
        refused = legalcredit("sync", "--from", live_server, "--token", "lc_unknown", "--into", into)
        assert refused.returncode == 1
        assert json.loads(refused.stderr) == {"error": "refused", "status": 401, "rule": "token"}
        nobody = self._at_once("--from", "http://127.0.0.1:9", "--token", "x", "--attempts", "1", into=into)
        assert isinstance(nobody.exception, Failed)
        assert nobody.exception.line["error"] == "unreachable"
        in_the_clear = ["--from", "http://credit.example.cn", "--token", "x"]
        for wrong in (["--from", "ftp://127.0.0.1", "--token", "x"], ["--from", live_server], in_the_clear):
            assert self._at_once(*wrong, into=into).exit_code == 2, "usage"

    @one_database
    def test_it_follows_the_log_until_it_is_told_to_stop(
        self, host: Host, live_server: str, token: str, into: str, legalcredit: Commands
    ) -> None:
        fill(host, 3)
        legalcredit.environment["LEGALCREDIT_FEED_TOKEN"] = token
        process = legalcredit.start("sync", "--from", live_server, "--into", into, "--every", "1")
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["size"] == 3
        fill(host, 2)
        assert json.loads(process.stdout.readline()) | {"read": 2, "size": 5, "agrees": None}
        process.terminate()

    def _run(self, legalcredit: Commands, address: str, into: str) -> dict[str, Any]:
        done = legalcredit("sync", "--from", address, "--into", into)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def _at_once(self, *options: str, into: str) -> Result:
        return CliRunner().invoke(sync, [*options, "--into", into])


@one_database
def test_content_leaves_the_copy_after_its_last_day_without_the_office(
    host: Host, live_server: str, token: str, copy: Copy, kept: Engine
) -> None:
    subjects = office.enrol(host.work)
    penalty = office.publicise(host, office.penalty(host.work, subjects))
    synchronise(live_server, token, copy)
    last = rows(kept)[penalty].until
    synchronise(live_server, token, copy, today=last)
    assert office.HEAD_ID in rows(kept)[penalty].restricted
    done = synchronise(live_server, token, copy, today=last + timedelta(days=1))
    row = rows(kept)[penalty]
    assert (row.body, row.salt, row.restricted, row.restricted_salt) == (None,) * 4
    assert (done.live, done.agrees, done.healed) == (1, True, 0), (
        "the record lives until its end is in the log"
    )
    copy.close()
    kept.dispose()
    [left] = Path(kept.url.database or "").parent.iterdir()
    assert office.FIRM_CODE.encode() not in left.read_bytes(), "not even in free pages of the file"


@one_database
def test_polling_with_nothing_new_asks_for_the_stream_alone(
    host: Host, live_server: str, token: str, copy: Copy
) -> None:
    fill(host, 3)
    with Crooked(live_server, lambda passing: passing) as crooked:
        client = Client(Server(crooked.address, token), copy)
        client.round(today=TODAY, receipts=True, compare=True)
        client.round(today=TODAY, receipts=True, compare=False)
        crooked.asked.clear()
        client.round(today=TODAY, receipts=True, compare=False)
        assert crooked.asked == ["/feed/v1/entries.ndjson?start=3"]
