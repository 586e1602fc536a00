"""A bad line and a damaged copy: the sync client goes on where it was, and mends what somebody broke."""

import gzip
import shutil
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, update

from publicity.sync.copy import RECORDS, Copy, Moved
from publicity.sync.follow import Client
from publicity.sync.transport import Garbled, Refused, Server, Unreachable
from registry.accounts import clients
from registry.kernel.host import Host
from tests.publicity import office
from tests.publicity.crooked import Crooked, Passing, only
from tests.publicity.syncing import TODAY, fill, one_database, rows, synchronise


@one_database
class TestTheLineIsBad:
    def test_a_stream_that_breaks_off_costs_no_line_twice(
        self, host: Host, live_server: str, token: str, copy: Copy
    ) -> None:
        fill(host, 300)

        def cut(passing: Passing) -> Passing:
            return passing._replace(cut=60_000) if "/entries" in passing.path else passing

        with Crooked(live_server, cut) as crooked:
            done = synchronise(crooked.address, token, copy)
        starts = [int(path.partition("start=")[2]) for path in crooked.asked if "/entries" in path]
        assert (done.read, done.agrees) == (300, True)
        assert len(starts) > 2
        assert starts == sorted(set(starts)), "each time from where the last one broke off"

    def test_a_server_that_cannot_now_is_asked_again_after_its_own_pause(
        self, host: Host, live_server: str, token: str, copy: Copy
    ) -> None:
        fill(host, 3)
        answers = iter([503, 429, 500, 429, 200])
        pauses: list[float] = []

        def busy(passing: Passing) -> Passing:
            status = next(answers, 200)
            later = {"Retry-After": "7"} if status == 429 else {}
            return passing if status == 200 else passing._replace(status=status, headers=later)

        with Crooked(live_server, busy) as crooked:
            server = Server(crooked.address, token, pause=pauses.append)
            assert Client(server, copy).round(today=TODAY, receipts=True, compare=True).size == 3
        assert [pause for pause in pauses if pause == 7] == [7, 7]
        assert len(pauses) == 4

    def test_after_the_last_attempt_it_says_so(
        self, host: Host, live_server: str, token: str, copy: Copy
    ) -> None:
        broken = Crooked(live_server, lambda passing: passing._replace(status=500))
        with broken as crooked, pytest.raises(Unreachable, match="500"):
            synchronise(crooked.address, token, copy)
        assert len(crooked.asked) == 2

    def test_a_token_is_not_carried_to_where_a_redirection_points(
        self, live_server: str, token: str, copy: Copy
    ) -> None:
        seen: list[str] = []

        def elsewhere(passing: Passing) -> Passing:
            seen.append(passing.path)
            return passing._replace(status=302, headers={"Location": f"{live_server}/log/vkey"})

        with Crooked(live_server, elsewhere) as crooked, pytest.raises(Refused):
            synchronise(crooked.address, token, copy)
        assert seen == ["/log/vkey"]

    def test_a_bomb_is_put_down_before_it_goes_off(self, live_server: str, token: str, copy: Copy) -> None:
        """A thousand to one: 80 MB of zeros in 80 kB, in one answer and in one line."""
        bomb = gzip.compress(bytes(80_000_000), 9)
        for part in ("/log/checkpoint", "/entries"):
            with Crooked(live_server, only(part, body=bomb, headers={"Content-Encoding": "gzip"})) as crooked:
                tracemalloc.start()
                with pytest.raises(Garbled, match="without end"):
                    synchronise(crooked.address, token, copy)
                peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
            assert peak < 150_000_000

    def test_without_the_scope_for_receipts_it_reads_all_the_same(
        self, host: Host, live_server: str, copy: Copy
    ) -> None:
        fill(host, 3)
        with host.work.write(office.OFFICE) as session:
            _, token = clients.add_client(session, office.OFFICE, name="只读", scopes=["feed:read"])
        done = synchronise(live_server, token, copy)
        assert (done.size, done.receipts, done.agrees) == (3, None, True)


@one_database
class TestTheCopyIsDamaged:
    @pytest.mark.parametrize(
        "damage",
        [
            delete(RECORDS).where(RECORDS.c.position == 4),
            update(RECORDS).where(RECORDS.c.position == 4).values(digest="0" * 64),
            update(RECORDS).where(RECORDS.c.position == 4).values(version=7),
            update(RECORDS).where(RECORDS.c.position == 4).values(ended=True),
            update(RECORDS).where(RECORDS.c.position == 4).values(body='{"kind":"permit"}'),
            update(RECORDS).where(RECORDS.c.position == 4).values(body=None, salt=None),
            update(RECORDS).values(record="x" * 16).where(RECORDS.c.position == 4),
        ],
        ids=["lost", "digest", "version", "ended", "content", "emptied", "renamed"],
    )
    def test_what_somebody_broke_in_the_copy_is_found_and_mended(
        self, host: Host, live_server: str, token: str, copy: Copy, kept: Engine, damage: Any
    ) -> None:
        fill(host, 40)
        synchronise(live_server, token, copy)
        before = rows(kept)
        with kept.begin() as connection:
            assert connection.execute(damage).rowcount == 1
        done = synchronise(live_server, token, copy)
        assert done.agrees
        assert done.healed >= 1
        assert rows(kept) == before
        assert synchronise(live_server, token, copy).healed == 0

    def test_an_old_backup_of_the_copy_catches_up(
        self, host: Host, live_server: str, token: str, into: str, tmp_path: Path
    ) -> None:
        for name in ("first", "second"):
            fill(host, 10)
            copy = Copy(into)
            synchronise(live_server, token, copy)
            copy.close()
            if name == "first":
                shutil.copytree(into, tmp_path / "backup")
        older = Copy(str(tmp_path / "backup"))
        done = synchronise(live_server, token, older)
        assert (done.read, done.receipts, done.healed, done.agrees) == (10, 10, 0, True)
        older.close()

    def test_two_at_one_copy_do_not_overwrite_each_other(
        self, host: Host, live_server: str, token: str, copy: Copy
    ) -> None:
        fill(host, 4)
        server = Server(live_server, token)
        slow, quick = Client(server, copy), Client(server, copy)
        quick.round(today=TODAY, receipts=False, compare=False)
        with pytest.raises(Moved):
            slow.round(today=TODAY, receipts=False, compare=False)
        assert synchronise(live_server, token, copy).agrees
