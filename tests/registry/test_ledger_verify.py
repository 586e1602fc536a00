"""`ledger verify` finds any changed byte, in any column of any table, and says where; and nothing in a whole book."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, text, update

from registry.kernel.access import Actor
from registry.kernel.store import Base
from registry.kernel.work import Work
from registry.ledger import book
from registry.ledger.book import Entry
from registry.ledger.checkpoint import Checkpoint, sign_checkpoint
from registry.ledger.note import Signer
from registry.ledger.tables import BodyRow, CheckpointRow, EntryRow, HeadRow, TileRow
from registry.ledger.verify import Discrepancy, verify
from tests.commands import Commands

TABLES: list[Table] = [row.__table__ for row in (HeadRow, EntryRow, BodyRow, TileRow, CheckpointRow)]  # type: ignore[misc]
COLUMNS = [
    pytest.param(table, column.name, id=f"{table.name}.{column.name}")
    for table in TABLES
    for column in table.columns
    # Whether an entry is shown yet is no part of the book; whoever seals holds it to the seals (Part.examinations).
    if column.name != "sealed"
]


@pytest.fixture
def full(work: Work) -> Work:
    """300 entries in three batches: a full tile, a partial one, restricted bodies, terms, and a record that ended."""
    for start, end in ((0, 100), (100, 299)):
        append(work, *(entry(number) for number in range(start, end)))
    with work.write(Actor.command("test")) as session:
        session.act("notices.expire", "record7")
        book.append(session, "public", [Entry("open", "record7", 2, {"ground": "期满"})])
        book.purge(session, "public", "record7", before_version=2)
        book.append(session, "audit", [Entry("ledger.test", "test", 1, {"actor": "test", "detail": {}})])
    return work


def entry(number: int) -> Entry:
    until = date(2027, 1, 1) + timedelta(days=number)
    restricted = {"XK_XDR_ZJHM": f"{number:018}"} if number % 3 == 0 else None
    # An action of nobody's rows, so that the book is judged by itself.
    return Entry(
        "other", f"record{number}", 1, {"number": number, "until": until.isoformat()}, restricted, until
    )


def append(work: Work, *entries: Entry) -> None:
    with work.write(Actor.command("test")) as session:
        session.act("ledger.test", "test")
        book.append(session, "public", entries)


def faults(work: Work) -> list[Discrepancy]:
    with work.read() as session:
        return verify(session, "public")


def test_a_whole_book_has_no_fault(full: Work) -> None:
    with full.read() as session:
        assert verify(session, "public") == []
        assert verify(session, "audit") == []
        assert book.head(session, "public").size == 300
        assert book.head(session, "audit").size > 0


@contextmanager
def unguarded(engine: Engine) -> Iterator[Connection]:
    """A connection of somebody who may do anything: no trigger and no foreign key stops it."""
    with engine.execution_options(unit="schema").connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
            yield connection
            connection.commit()
            connection.execute(text("SET session_replication_role = DEFAULT"))
            connection.commit()
            return
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
        connection.commit()


def flipped(value: Any, chance: random.Random, *, key: bool) -> Any:
    if isinstance(value, bytes):
        at = chance.randrange(len(value))
        return value[:at] + bytes([value[at] ^ 1 << chance.randrange(8)]) + value[at + 1 :]
    if isinstance(value, str):
        at = chance.randrange(len(value))
        return value[:at] + chr(ord(value[at]) ^ 16) + value[at + 1 :]
    if isinstance(value, date):
        return value + timedelta(days=1 << chance.randrange(8))
    # A key may not meet another row, which the database would refuse.
    return value ^ 1 << (chance.randrange(10, 14) if key else chance.randrange(14))


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_any_flipped_byte_is_found_and_its_place_told(full: Work, table: Table, column: str) -> None:
    chance = random.Random(f"{table.name}.{column}")
    target = table.c[column]
    with full.engine.connect() as connection:
        rows = connection.execute(
            table.select().where(table.c.book == "public", target.is_not(None)).order_by(*table.primary_key)
        ).all()
    for row in {rows[0], rows[-1], chance.choice(rows), chance.choice(rows)}:
        key = {name.name: getattr(row, name.name) for name in table.primary_key}
        altered = flipped(getattr(row, column), chance, key=column in key)
        here = [table.c[name] == value for name, value in key.items()]
        there = [table.c[name] == (altered if name == column else value) for name, value in key.items()]
        with unguarded(full.engine) as connection:
            connection.execute(update(table).where(*here).values({column: altered}))
        found = faults(full)
        with unguarded(full.engine) as connection:
            connection.execute(update(table).where(*there).values({column: getattr(row, column)}))
        places = {place_of(table, row._asdict()), place_of(table, row._asdict() | {column: altered})}
        assert places & {item.place for item in found}, (row, altered, found)
    assert faults(full) == []


def place_of(table: Table, row: dict[str, Any]) -> str:
    """A row whose key was altered is told by its new key if nothing else names the old one."""
    if table.name in ("reg_ledger_entries", "reg_ledger_bodies"):
        return f"entry {row['position']}"
    return {
        "reg_ledger_heads": "head",
        "reg_ledger_tiles": "tile 0/000",
        "reg_ledger_checkpoints": f"checkpoint {row.get('size')}",
    }[table.name]


DELETIONS: list[tuple[type[Base], Callable[[Any], Any], str]] = [
    (EntryRow, lambda row: row.position == 5, "entry 5"),
    (EntryRow, lambda row: row.position == 299, "entry 299"),
    (BodyRow, lambda row: row.position == 5, "entry 5"),
    (TileRow, lambda row: row.number == 0, "tile 0/000"),
    (CheckpointRow, lambda row: row.size == 300, "head"),
    (HeadRow, lambda row: row.book == "public", "entry 0"),
]


@pytest.mark.parametrize(
    ("row", "which", "place"), DELETIONS, ids=[f"{row.__tablename__}: {place}" for row, _, place in DELETIONS]
)
def test_a_deleted_row_is_missed(full: Work, row: Any, which: Callable[[Any], Any], place: str) -> None:
    with unguarded(full.engine) as connection:
        connection.execute(row.__table__.delete().where(row.book == "public", which(row)))
    assert place in {item.place for item in faults(full)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_text_that_is_no_text_is_a_fault_and_not_a_crash(full: Work) -> None:
    """SQLite keeps any bytes in a text column, and its driver refuses to read these."""
    with unguarded(full.engine) as connection:
        connection.execute(
            text("UPDATE reg_ledger_entries SET action = CAST(x'ff' AS TEXT) WHERE position = 5")
        )
        connection.execute(
            text("UPDATE reg_ledger_bodies SET until = CAST(x'ff' AS TEXT) WHERE position = 6")
        )
        connection.execute(text("UPDATE reg_ledger_heads SET size = 'many' WHERE book = 'audit'"))
    assert {(item.place, item.rule) for item in faults(full)} == {("entry 5", "row"), ("entry 6", "until")}
    with full.read() as session:
        assert ("head", "head") in {(item.place, item.rule) for item in verify(session, "audit")}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_bytes_rewritten_as_text_are_a_fault_and_not_a_crash(full: Work) -> None:
    """What an editor of SQLite files leaves behind: the driver then hands over text instead of bytes."""
    with unguarded(full.engine) as connection:
        for table, column, before, after, where in (
            ("entries", "leaf", "other", "Other", "position = 5"),
            ("bodies", "body", "number", "Number", "position = 6"),
            ("checkpoints", "note", "/public", "/Public", "size = 300"),
        ):
            connection.execute(
                text(
                    f"UPDATE reg_ledger_{table} SET {column} = replace(CAST({column} AS TEXT), :before, :after)"
                    f" WHERE book = 'public' AND {where}"
                ),
                {"before": before, "after": after},
            )
    found = {(item.place, item.rule) for item in faults(full)}
    assert {("entry 5", "hash"), ("entry 6", "body"), ("checkpoint 300", "signature")} <= found


def test_a_leaf_rewritten_with_all_that_follows_from_it_still_breaks_the_signed_root(full: Work) -> None:
    """The forger recomputes hash and body, and cannot sign: the first checkpoint over the leaf gives it away."""
    other = entry(1150)
    with full.read() as session:
        rows, bodies = book._rows(session, "public", 120, [other])
    with unguarded(full.engine) as connection:
        for table, values in zip(TABLES[1:3], (rows[0], bodies[0]), strict=True):
            here = (table.c.book == "public", table.c.position == 120)
            connection.execute(update(table).where(*here).values(values))
    found = {(item.place, item.rule): item.message for item in faults(full)}
    assert ("tile 0/000", "tile") in found
    assert "100 至 298" in found["checkpoint 299", "root"]
    assert ("head", "head") in found


def kept_checkpoint(work: Work, size: int, root: bytes) -> str:
    with work.read() as session:
        origin = session.keys.origin("public")
        return sign_checkpoint(
            Checkpoint(origin, size, root), [Signer(origin, session.keys.signing_key("public"))]
        )


def test_a_checkpoint_that_somebody_kept_confirms_the_log_or_convicts_it(full: Work) -> None:
    with full.read() as session:
        real = book.head(session, "public").checkpoint
        assert verify(session, "public", kept=real) == []
        cut_back = verify(session, "public", kept=kept_checkpoint(full, 301, bytes(32)))
        rewritten = verify(session, "public", kept=kept_checkpoint(full, 250, bytes(32)))
        forged = verify(session, "public", kept=real.replace("300", "200"))
        nonsense = verify(session, "public", kept="not a checkpoint")
    assert [(item.place, item.rule) for item in cut_back] == [("kept checkpoint", "cut")]
    assert [(item.place, item.rule) for item in rewritten] == [("kept checkpoint", "root")]
    assert [(item.place, item.rule) for item in forged] == [("kept checkpoint", "signature")]
    assert [(item.place, item.rule) for item in nonsense] == [("kept checkpoint", "signature")]


def test_the_command_says_that_both_books_are_whole(full: Work, legalcredit: Commands) -> None:
    done = legalcredit("ledger", "verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert "public：300 叶" in done.stdout
    assert "audit：" in done.stdout


def test_the_command_names_book_place_and_rule_of_what_it_found(
    full: Work, legalcredit: Commands, tmp_path: Path
) -> None:
    with unguarded(full.engine) as connection:
        connection.execute(
            text(
                "UPDATE reg_ledger_entries SET record = 'record1017' WHERE book = 'public' AND position = 17"
            )
        )
    kept = tmp_path / "kept"
    kept.write_text(kept_checkpoint(full, 400, bytes(32)), encoding="utf-8")

    done = legalcredit("ledger", "verify", "--book", "public", "--against", kept)
    assert done.returncode == 1
    assert "public  entry 17  record 列与叶不符（row）" in done.stdout
    assert "public  kept checkpoint  检查点有 400 叶，现存只有 300 叶（cut）" in done.stdout
    assert json.loads(done.stderr) == {
        "error": "altered",
        "discrepancies": 2,
        "book": "public",
        "place": "entry 17",
        "rule": "row",
    }
