"""Appending, reading, proving and purging, on both databases."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from registry.kernel.access import Actor
from registry.kernel.canon import canonical, salted_digest
from registry.kernel.clock import SetClock
from registry.kernel.secrets import Keyring
from registry.kernel.store import make_engine
from registry.kernel.work import Work
from registry.ledger import book, merkle
from registry.ledger.book import Entry
from registry.ledger.checkpoint import open_checkpoint
from registry.ledger.export import export
from registry.ledger.note import parse_vkey
from registry.ledger.tiles import unpack_entries
from registry.ledger.tree import Inconsistent
from registry.ledger.verify import verify

CLERK = Actor.command("test")
DAY = date(2026, 11, 20)


def entry(number: int, **changes: object) -> Entry:
    fields: dict = {
        "action": "publish",
        "record": f"record{number}",
        "version": 1,
        "body": {"number": number},
    }
    return Entry(**fields | changes)


def append(work: Work, *entries: Entry, name: book.Book = "public") -> list[int]:
    with work.write(CLERK) as session:
        session.act("ledger.test", "test")
        return book.append(session, name, entries)


def test_an_entry_is_kept_as_the_bytes_that_were_hashed(work: Work) -> None:
    assert append(work, entry(0, restricted={"XK_XDR_ZJHM": "310101199001011234"})) == [0]
    with work.read() as session:
        stored = book.entry(session, "public", 0, on=DAY)
        assert book.read(session, "public", start=0, limit=10, on=DAY) == [stored]
    assert stored.body == b'{"number":0}'
    assert stored.restricted == b'{"XK_XDR_ZJHM":"310101199001011234"}'
    assert stored.salt
    assert stored.restricted_salt
    assert stored.salt != stored.restricted_salt
    assert json.loads(stored.leaf) == {
        "format": "legal-credit-leaf/1",
        "action": "publish",
        "record": "record0",
        "version": 1,
        "time": "2026-11-20T02:00:00Z",
        "digest": salted_digest(bytes.fromhex(stored.salt), stored.body),
        "restricted": salted_digest(bytes.fromhex(stored.restricted_salt), stored.restricted),
    }
    assert stored.leaf == canonical(json.loads(stored.leaf))


def test_a_restricted_body_lies_encrypted_in_the_database(work: Work, engine: Engine) -> None:
    append(work, entry(0, restricted={"XK_XDR_ZJHM": "310101199001011234"}))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM reg_ledger_bodies")).all()
    assert b"310101199001011234" not in b"".join(
        bytes(cell) for row in rows for cell in row if isinstance(cell, bytes)
    )


def test_the_head_is_a_signed_checkpoint_of_all_leaves(work: Work) -> None:
    append(work, *map(entry, range(3)))
    append(work, entry(3))
    with work.read() as session:
        head = book.head(session, "public")
        leaves = [stored.leaf for stored in book.read(session, "public", start=0, limit=10, on=DAY)]
        opened = open_checkpoint(head.checkpoint, [parse_vkey(book.vkey(session, "public"))])
    assert (
        (opened.size, opened.root)
        == (head.size, head.root)
        == (4, merkle.root([*map(merkle.leaf_hash, leaves)]))
    )
    assert opened.origin == "legalcredit.example/public"


def test_an_empty_book_has_a_signed_head_too(work: Work) -> None:
    with work.read() as session:
        head = book.head(session, "public")
        assert open_checkpoint(head.checkpoint, [parse_vkey(book.vkey(session, "public"))]).size == 0
        assert book.read(session, "public", start=0, limit=10, on=DAY) == []
        assert verify(session, "public") == []
        with pytest.raises(IndexError):
            book.entry(session, "public", 0, on=DAY)


def test_appending_nothing_signs_nothing(work: Work) -> None:
    assert append(work) == []
    with work.read() as session:
        assert book.head(session, "public").size == 0


def test_the_books_count_apart(work: Work) -> None:
    append(work, entry(0), entry(1))
    with work.read() as session:
        audited = book.head(session, "audit").size
    assert append(work, entry(0), name="audit") == [audited]
    with work.read() as session:
        assert book.head(session, "public").size == 2


def test_positions_go_on_without_a_gap_when_a_write_is_rolled_back(work: Work) -> None:
    append(work, entry(0))
    with pytest.raises(IntegrityError), work.write(CLERK) as session:
        book.append(session, "public", [entry(1), entry(2), entry(0)])
    assert append(work, entry(3)) == [1]
    with work.read() as session:
        assert verify(session, "public") == []


def test_the_same_version_of_a_public_record_cannot_be_published_twice(work: Work) -> None:
    append(work, entry(0))
    with pytest.raises(IntegrityError):
        append(work, entry(0))
    with work.read() as session:
        assert book.head(session, "public").size == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"record": "张三"}, "not a leaf"),
        ({"body": {"amount": 0.5}}, "no canonical form"),
        ({"until": date(2027, 1, 1)}, "until"),
        ({"body": {"until": "2027-01-01"}}, "until"),
    ],
    ids=["a name as record", "a fraction", "until beside the body", "until in the body alone"],
)
def test_one_entry_without_a_leaf_stops_the_whole_batch(work: Work, wrong: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        append(work, entry(0), entry(1, **wrong))
    with work.read() as session:
        assert book.head(session, "public").size == 0


def test_past_its_last_day_a_body_is_null_whether_or_not_a_job_has_run(work: Work) -> None:
    last = date(2027, 3, 31)
    append(work, entry(0, body={"until": "2027-03-31"}, restricted={"a": "b"}, until=last))
    with work.read() as session:
        on_the_day = book.entry(session, "public", 0, on=last)
        after = book.entry(session, "public", 0, on=last + timedelta(days=1))
    assert on_the_day.body
    assert on_the_day.restricted
    assert (after.salt, after.body, after.restricted_salt, after.restricted) == (None, None, None, None)
    assert after.leaf == on_the_day.leaf


def test_purging_deletes_salts_and_bodies_and_every_old_proof_still_verifies(work: Work) -> None:
    append(work, entry(0), entry(0, version=2), entry(1))
    with work.read() as session:
        before = [book.inclusion(session, "public", index, 3) for index in range(3)]
    with work.write(CLERK) as session:
        session.act("notices.expire", "record0")
        book.append(
            session,
            "public",
            [entry(0, version=3, action="expire", body={"ground": "期满", "date": "2026-11-20"})],
        )
        assert book.purge(session, "public", "record0", before_version=3) == 2
    with work.read() as session:
        stored = book.read(session, "public", start=0, limit=10, on=DAY)
        assert [(s.salt is None, s.body is None) for s in stored] == [(True, True)] * 2 + [(False, False)] * 2
        assert [book.inclusion(session, "public", index, 3) for index in range(3)] == before
        assert verify(session, "public") == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_purged_is_gone_from_the_database_file_too(work: Work, home: Path) -> None:
    append(work, *(entry(number, body={"reason": f"未按规定执业{number}"}) for number in range(20)))
    with work.write(CLERK) as session:
        session.act("notices.expire", "record7")
        assert book.purge(session, "public", "record7", before_version=2) == 1
    work.engine.dispose()
    content = b"".join(path.read_bytes() for path in home.glob("legalcredit.db*"))
    assert "未按规定执业8".encode() in content
    assert "未按规定执业7".encode() not in content


def test_every_leaf_of_a_book_of_several_tiles_is_proved_in_every_size_that_was_signed(work: Work) -> None:
    heads = []
    for size in (1, 255, 256, 257, 600):
        with work.read() as session:
            start = book.head(session, "public").size
        append(work, *map(entry, range(start, size)))
        with work.read() as session:
            heads.append(book.head(session, "public"))
    with work.read() as session:
        hashes = [merkle.leaf_hash(s.leaf) for s in book.read(session, "public", start=0, limit=1000, on=DAY)]
        for head in heads:
            for index in {0, 1, head.size // 2, head.size - 1} & set(range(head.size)):
                proof = book.inclusion(session, "public", index, head.size)
                assert merkle.includes(hashes[index], index, head.size, proof, head.root)
            for later in heads:
                if later.size >= head.size:
                    proof = book.consistency(session, "public", head.size, later.size)
                    assert merkle.consistent(head.size, later.size, proof, head.root, later.root)
        with pytest.raises(ValueError, match="600 leaves"):
            book.inclusion(session, "public", 0, 601)
        with pytest.raises(ValueError, match="600 leaves"):
            book.consistency(session, "public", 1, 601)


def one_installation(url: str, folder: Path) -> Work:
    """Chance that repeats itself, so that two books of the same entries have the same leaves."""
    keys = Keyring.open(folder, origin="legalcredit.example")
    return Work(make_engine(url), clock=SetClock(datetime(2026, 11, 20, tzinfo=UTC)), keys=keys, chance=bytes)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@examples(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.sets(st.integers(1, 700), max_size=6), total=st.integers(1, 700))
def test_a_batch_leaves_what_the_same_entries_leave_in_any_pieces(
    cuts: set[int], total: int, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Tiles, frontier and head are the same rows; only a batch signs fewer checkpoints."""
    folder = tmp_path_factory.mktemp("pieces")
    contents = []
    for number, bounds in enumerate([[0, total], sorted({0, total} | {cut for cut in cuts if cut < total})]):
        path = folder / f"{number}.db"
        path.write_bytes(Path(database_url.removeprefix("sqlite:///")).read_bytes())
        work = one_installation(f"sqlite:///{path}", folder / "keys")
        for start, end in pairwise(bounds):
            append(work, *map(entry, range(start, end)))
        with work.read() as session:
            assert verify(session, "public") == []
        with work.engine.connect() as connection:
            queries = (
                "SELECT * FROM reg_ledger_entries",
                "SELECT * FROM reg_ledger_tiles",
                "SELECT * FROM reg_ledger_heads",
            )
            contents.append(
                [connection.execute(text(query + " ORDER BY 1, 2, 3")).all() for query in queries]
            )
        work.engine.dispose()
    assert contents[0] == contents[1]


REWRITES = [
    "UPDATE reg_ledger_entries SET leaf = hash",
    "UPDATE reg_ledger_entries SET record = 'another'",
    "DELETE FROM reg_ledger_entries",
    "UPDATE reg_ledger_tiles SET root = hashes",
    "DELETE FROM reg_ledger_tiles",
    "UPDATE reg_ledger_checkpoints SET size = size + 1",
    "DELETE FROM reg_ledger_checkpoints",
    "UPDATE reg_ledger_heads SET size = size - 1",
    "UPDATE reg_ledger_heads SET frontier = frontier",
    "UPDATE reg_ledger_heads SET book = 'other', size = size + 1",
    "DELETE FROM reg_ledger_heads",
    "UPDATE reg_ledger_bodies SET body = salt",
    "UPDATE reg_ledger_bodies SET until = NULL",
]
BEHIND_THE_DATABASE_S_BACK = {
    "sqlite": [
        "INSERT OR REPLACE INTO reg_ledger_entries SELECT book, position, 'other', record, version, leaf, hash FROM reg_ledger_entries",
        "INSERT OR REPLACE INTO reg_ledger_tiles SELECT book, level, number, root, root FROM reg_ledger_tiles",
        "INSERT OR REPLACE INTO reg_ledger_checkpoints SELECT book, size, 'none' FROM reg_ledger_checkpoints",
        "INSERT OR REPLACE INTO reg_ledger_heads SELECT book, 0, frontier FROM reg_ledger_heads",
    ],
    "postgresql": [
        "TRUNCATE reg_ledger_entries CASCADE",
        "TRUNCATE reg_ledger_tiles",
        "TRUNCATE reg_ledger_checkpoints",
        "TRUNCATE reg_ledger_heads",
        "TRUNCATE reg_ledger_bodies",
    ],
}


def test_the_database_itself_refuses_to_rewrite_the_ledger(work: Work, engine: Engine) -> None:
    append(work, *map(entry, range(300)))
    for statement in REWRITES + BEHIND_THE_DATABASE_S_BACK[engine.dialect.name]:
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    with work.read() as session:
        assert verify(session, "public") == []


def test_nothing_is_signed_over_a_head_that_is_not_the_tree_signed_last(work: Work, engine: Engine) -> None:
    """Whoever rewrites the rows cannot make the service sign the result: a log with two histories is worth nothing."""
    append(work, *map(entry, range(3)))
    with engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(
            text("UPDATE reg_ledger_heads SET frontier = :other WHERE book = 'public'"), {"other": bytes(64)}
        )
    with pytest.raises(Inconsistent, match="not the tree of 3 leaves"):
        append(work, entry(3))


def test_nothing_is_signed_after_the_last_checkpoint_was_replaced(work: Work, engine: Engine) -> None:
    append(work, *map(entry, range(3)))
    with engine.begin() as connection:
        drop_triggers(connection)
        forged = b"legalcredit.example/public\n3\n" + bytes(32).hex().encode() + b"\n"
        connection.execute(
            text("UPDATE reg_ledger_checkpoints SET note = :note WHERE book = 'public'"), {"note": forged}
        )
    with pytest.raises(Inconsistent, match="does not open"):
        append(work, entry(3))


def drop_triggers(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP FUNCTION reg_ledger_refuse CASCADE"))
        return
    for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def test_an_export_is_a_mirror_that_a_second_one_only_completes(work: Work, tmp_path: Path) -> None:
    append(work, *map(entry, range(300)))
    mirror = tmp_path / "mirror"
    with work.read() as session:
        export(session, "public", mirror)
    written = {path: path.stat().st_mtime_ns for path in mirror.rglob("*") if path.is_file()}
    names = {str(path.relative_to(mirror)) for path in written}
    tiles = {"0/000", "0/001.p/44", "1/000.p/1", "entries/000", "entries/001.p/44"}
    assert names == {"checkpoint", "vkey"} | {f"tile/{tile}" for tile in tiles}

    append(work, entry(300))
    with work.read() as session:
        head = export(session, "public", mirror)
    assert (mirror / "checkpoint").read_text() == head.checkpoint
    assert (mirror / "tile/0/000").stat().st_mtime_ns == written[mirror / "tile/0/000"]
    leaves = [
        leaf
        for name in ("000", "001.p/45")
        for leaf in unpack_entries((mirror / "tile/entries" / name).read_bytes())
    ]
    assert merkle.root([merkle.leaf_hash(leaf) for leaf in leaves]) == head.root
