"""An exchange database: rows in the platform's tables, taken back on the same day, told by a state afterwards."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select, text

from publicity.feed import configure, reconcile
from publicity.feed.channel_tables import DeliveryRow
from publicity.feed.configure import Wanted
from publicity.feed.queue import answer_of
from publicity.feed.rows import cells, codes_2015
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.faults import Invalid
from registry.kernel.work import Work
from tests.publicity import office, telling
from tests.publicity.telling import correct, deliver_all, publish_one, states, withdraw

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TABLES = ("frxzcf", "zrrxzcf", "frxzxk", "zrrxzxk")


class Tables:
    """The platform's side: its tables, its own clock for CREATE_TIME, its programs that look into them."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self.engine: Engine = create_engine(self.url)

    def make(self, standard: str, *, without: str = "") -> None:
        content = {"columns": {}, "decided_on": "2026-11-12"}
        with self.engine.begin() as connection:
            connection.execute(text("CREATE TABLE clock (now TEXT)"))
            connection.execute(text("INSERT INTO clock VALUES ('')"))
            for name in TABLES:
                kind = "permit" if name.endswith("xk") else "penalty"
                person = {"subject": {"type": "practitioner" if name.startswith("zrr") else "organisation"}}
                known = (
                    list(codes_2015(kind))
                    if standard == "2015"
                    else [*cells(kind, {**content, **person}, standard=standard, region=""), "CF_ZT"]
                )
                columns = ", ".join(f"{code} TEXT" for code in dict.fromkeys(known) if code != without)
                connection.execute(
                    text(f"CREATE TABLE {name} (ID INTEGER PRIMARY KEY, CREATE_TIME TEXT, {columns})")
                )
                connection.execute(
                    text(
                        f"CREATE TRIGGER {name}_made AFTER INSERT ON {name} BEGIN UPDATE {name} "
                        "SET CREATE_TIME = (SELECT now FROM clock) WHERE ID = NEW.ID; END"
                    )
                )

    def at(self, moment: datetime) -> None:
        local = moment.astimezone(SHANGHAI).replace(tzinfo=None).isoformat(" ", "seconds")
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE clock SET now = :now"), {"now": local})

    def rows(self, name: str = "frxzcf") -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(f"SELECT * FROM {name} ORDER BY ID")))

    def run(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement))


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    tables = Tables(tmp_path / "exchange.db")
    yield tables
    tables.engine.dispose()


@pytest.fixture
def exchange(work: Work, clock: SetClock, tables: Tables) -> Callable[..., str]:
    def opened(standard: str = "2015", **options: str) -> str:
        tables.make(standard, **options)
        tables.at(clock.now())
        wanted = Wanted(
            name="前置库", kind="exchange", layout=standard, settings={"region": "310000"}, secret=tables.url,
            kinds=("penalty",),
        )  # fmt: skip
        with work.write(office.OFFICE) as session:
            row = configure.add(session, office.OFFICE, wanted=wanted)
            configure.resume(session, office.OFFICE, channel=row.public_id)
            return row.public_id

    return opened


@pytest.mark.parametrize(("standard", "content"), [("2015", "CF_JG"), ("2018", "CF_NR")])
def test_a_row_is_there_and_on_the_same_day_it_is_changed_and_taken_back(
    work: Work, tables: Tables, exchange: Callable[..., str], standard: str, content: str
) -> None:
    exchange(standard)
    notice = publish_one(work)
    assert deliver_all(work) == {"accepted": 1}
    [row] = tables.rows()
    assert (getattr(row, content), row.CF_JDRQ, row.CF_ZT) == ("罚款二万元", "2026/11/12", "0")
    correct(work, notice)
    deliver_all(work)
    assert [getattr(row, content) for row in tables.rows()] == ["罚款二万元整"]
    withdraw(work, notice)
    deliver_all(work)
    assert tables.rows() == []
    assert states(work, notice) == ["accepted"] * 3


@pytest.mark.parametrize("hour", [10, 7], ids=["within the hours", "before them"])
def test_after_the_nightly_pick_up_an_end_is_a_state(
    work: Work, clock: SetClock, tables: Tables, exchange: Callable[..., str], hour: int
) -> None:
    """What was picked up stays; another row says that it is withdrawn. Told twice, it is there once."""
    public_id = exchange()
    notice = publish_one(work)
    deliver_all(work)
    clock.set(datetime(2026, 11, 21, hour, tzinfo=SHANGHAI))
    tables.at(clock.now())
    withdraw(work, notice)
    deliver_all(work)
    assert [row.CF_ZT for row in tables.rows()] == ["0", "1"]
    assert tables.rows()[1].CF_JG == "罚款二万元"
    assert reconcile.reconcile(work, public_id).left == ()
    assert len(tables.rows()) == 2


def test_outside_the_hours_of_the_same_day_nothing_is_deleted(
    work: Work, clock: SetClock, tables: Tables, exchange: Callable[..., str]
) -> None:
    exchange()
    notice = publish_one(work)
    deliver_all(work)
    clock.set(datetime(2026, 11, 20, 23, 55, tzinfo=SHANGHAI))
    withdraw(work, notice)
    deliver_all(work)
    assert [row.CF_ZT for row in tables.rows()] == ["0", "1"]


def test_a_row_that_got_there_before_the_answer_was_lost_is_not_written_again(
    work: Work, clock: SetClock, tables: Tables, exchange: Callable[..., str]
) -> None:
    exchange()
    publish_one(work)
    deliver_all(work)
    with work.housekeeping() as session:
        row = session.scalars(select(DeliveryRow)).one()
        row.state, row.doubt = "waiting", True
    assert deliver_all(work) == {"accepted": 1}
    assert len(tables.rows()) == 1


def test_a_table_that_lacks_a_column_parks_and_says_which(
    work: Work, tables: Tables, exchange: Callable[..., str]
) -> None:
    public_id = exchange(without="CF_YJ")
    notice = publish_one(work)
    deliver_all(work)
    [row] = telling.rows(work)
    assert (row.state, row.code) == ("parked", "column")
    with work.read() as session:
        assert answer_of(session, row) == "表 frxzcf 没有列 CF_YJ"
    tables.run("ALTER TABLE frxzcf ADD COLUMN CF_YJ TEXT")
    with work.write(office.OFFICE) as session:
        configure.resend(session, office.OFFICE, channel=public_id, position=0, reason="已补列")
    deliver_all(work)
    assert states(work, notice) == ["accepted"]


def test_tables_that_are_gone_or_refuse_park_or_question(
    work: Work, clock: SetClock, tables: Tables, exchange: Callable[..., str]
) -> None:
    exchange()
    tables.run("CREATE TRIGGER strict BEFORE INSERT ON frxzcf BEGIN SELECT RAISE(ABORT, 'constraint'); END")
    refused = publish_one(work, 1)
    deliver_all(work)
    assert states(work, refused) == ["rejected"]
    tables.run("DROP TABLE frxzcf")
    gone = publish_one(work, 2)
    deliver_all(work)
    assert (states(work, gone), telling.rows(work)[1].code) == (["parked"], "table")


def test_what_the_platform_lost_is_written_again(
    work: Work, tables: Tables, exchange: Callable[..., str]
) -> None:
    public_id = exchange()
    kept, lost = publish_one(work, 1), publish_one(work, 2)
    deliver_all(work)
    tables.run("DELETE FROM frxzcf WHERE CF_WSH LIKE '%第2号'")
    found = reconcile.reconcile(work, public_id)
    assert (found.missing, found.compared) == ((lost,), 2)
    deliver_all(work)
    assert len(tables.rows()) == 2
    assert states(work, kept) == states(work, lost) == ["accepted"]


@pytest.mark.parametrize(
    ("field", "given", "path"),
    [
        ("secret", "not a database", "secret"),
        ("secret", "mssql://user:word@host/name", "secret"),
        ("settings", {"region": "310000", "hours": "from eight"}, "settings.hours"),
        ("settings", {"region": "310000", "hours": "23:50-08:00"}, "settings.hours"),
        ("layout", "template", "layout"),
        ("kinds", ("finding",), "kinds"),
    ],
)
def test_a_channel_that_cannot_work_is_refused(work: Work, field: str, given: Any, path: str) -> None:
    options: dict[str, Any] = {"settings": {"region": "310000"}, "secret": "sqlite://", field: given}
    with work.write(office.OFFICE) as session, pytest.raises(Invalid) as refused:
        configure.add(session, office.OFFICE, wanted=Wanted(name="前置库", kind="exchange", **options))
    assert [fault.path for fault in refused.value.fields] == [path]
