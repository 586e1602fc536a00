"""What each kind of channel tells: the columns it may have and no other, many rows at once, and what it shows unasked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Date, Integer, MetaData, Numeric, String, Table, create_engine, insert, select
from sqlalchemy.dialects import mssql

from publicity.feed import reconcile
from publicity.feed.channels import KINDS as CHANNELS
from publicity.feed.channels.cells import fitting, same
from publicity.feed.channels.channel import Item
from publicity.feed.configure import COLUMNS, PUBLIC_COLUMNS
from registry.credit.columns import RESTRICTED
from registry.kernel.clock import SetClock
from registry.kernel.work import Work
from tests.publicity import office, telling
from tests.publicity.stand_ins import KINDS, Exchange, Files, Json, Soap, StandIn, opened, standing_in
from tests.publicity.telling import deliver_all, publish_one, states

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def stand_in(postgresql_url: str, tmp_path: Path) -> Iterator[Callable[..., StandIn]]:
    with ExitStack() as stack:

        def made(kind: str, *, asked: bool = True) -> StandIn:
            return stack.enter_context(standing_in(kind, postgresql_url, tmp_path / "exchange", asked=asked))

        yield made


def _arrived(platform: StandIn) -> str:
    """Everything that reached the platform, as text."""
    if isinstance(platform, Json):
        return json.dumps(platform.platform.received, ensure_ascii=False)
    if isinstance(platform, Soap):
        return str(platform.platform.calls) + str(platform.platform.queries)
    if isinstance(platform, Exchange):
        return platform.everything()
    assert isinstance(platform, Files)
    return "".join(
        path.read_text() for path in platform.folder.rglob("*") if path.suffix in (".xml", ".json")
    )


@pytest.mark.parametrize("kind", KINDS)
def test_identity_papers_go_only_where_the_channel_is_entitled_and_names_the_column(
    work: Work, stand_in: Callable[..., StandIn], kind: str
) -> None:
    """The canary is the number of the firm's head; entitled without the column, or with the column left out, it stays here."""
    platform = stand_in(kind)
    number = "CF_FR_ZJHM"
    assert number in RESTRICTED
    layout = {} if kind in ("json", "exchange") else {"layout": "2018"}
    opened(work, platform, name="公开", columns=PUBLIC_COLUMNS, **layout)
    opened(work, platform, name="有权而未列", columns=PUBLIC_COLUMNS, entitled=True, **layout)
    narrow = tuple(code for code in PUBLIC_COLUMNS if code != "CF_YJ")
    opened(work, platform, name="少一列", columns=narrow, **layout)
    publish_one(work)
    deliver_all(work)
    assert "第1号" in _arrived(platform)
    assert office.HEAD_ID not in _arrived(platform)
    if kind != "exchange":
        # The tables of the stand-in are those of 2015, which have no column for it.
        opened(work, platform, name="有权", columns=COLUMNS, entitled=True, **layout)
        deliver_all(work)
        assert office.HEAD_ID in _arrived(platform)


@pytest.mark.parametrize("kind", ["national", "city"])
def test_many_rows_go_with_one_call_and_a_bad_one_costs_the_others_nothing(
    work: Work, stand_in: Callable[..., StandIn], kind: str
) -> None:
    platform = stand_in(kind)
    assert isinstance(platform, Soap)
    settings = platform.settings()["settings"] | {"rows": "20"}
    opened(work, platform, settings=settings)
    notices = [publish_one(work, number) for number in range(8)]
    deliver_all(work)
    assert len(platform.platform.calls) == 1
    platform.platform.rules = lambda row: ["CF_WSH"] if row["CF_WSH"].endswith("第11号") else []
    more = [publish_one(work, number) for number in range(10, 14)]
    deliver_all(work)
    assert [states(work, notice) for notice in more] == [
        ["accepted"],
        ["rejected"],
        ["accepted"],
        ["accepted"],
    ]
    assert len(platform.platform.calls) == 1 + 1 + 4, "refused together, they go alone"
    assert len(platform.shows()) == len(notices) + 3


@pytest.mark.parametrize("kind", ["national", "city", "json"])
def test_what_a_broken_line_brought_there_is_asked_for_and_not_sent_again(
    work: Work, clock: SetClock, stand_in: Callable[..., StandIn], kind: str
) -> None:
    platform = stand_in(kind)
    opened(work, platform)
    publish_one(work)
    platform.will("drop")
    deliver_all(work)
    clock.advance(timedelta(hours=1))
    assert deliver_all(work) == {"accepted": 1}
    assert telling.rows(work)[0].code == "found"
    sent = platform.platform.calls if isinstance(platform, Soap) else platform.platform.received  # type: ignore[attr-defined]
    assert len(sent) == 1


def test_a_query_that_answers_nonsense_tells_nothing_and_the_row_goes_again(
    work: Work, clock: SetClock, stand_in: Callable[..., StandIn]
) -> None:
    platform = stand_in("national")
    assert isinstance(platform, Soap)
    public_id = opened(work, platform)
    publish_one(work)
    platform.platform.mute = True
    platform.will("drop")
    deliver_all(work)
    clock.advance(timedelta(hours=1))
    assert deliver_all(work) == {"accepted": 1}
    assert len(platform.platform.calls) == 2
    assert len(platform.shows()) == 1
    found = reconcile.reconcile(work, public_id)
    assert (found.untold, found.listed) == (1, False)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_platform_shows_and_was_never_told_by_us_is_named_and_left_alone(
    work: Work, clock: SetClock, stand_in: Callable[..., StandIn], kind: str
) -> None:
    platform = stand_in(kind)
    public_id = opened(work, platform)
    publish_one(work)
    deliver_all(work)
    platform.at_night()
    deliver_all(work)
    strange = _plant(platform)
    found = reconcile.reconcile(work, public_id)
    assert (found.listed, found.strange, found.missing) == (True, (strange,), ())
    assert deliver_all(work) == {}


def _plant(platform: StandIn) -> str:
    """A row that nobody of ours sent; what it is named by."""
    row = {
        "CF_XDR_MC": "别的机构",
        "CF_WSH": "外字1号",
        "CF_JDRQ": "2026/10/01",
        "CF_ZT": "0",
        "CF_JG": "罚款",
    }
    if isinstance(platform, Json):
        platform.platform.rows["z" * 16] = (1, {"columns": {"CF_WSH": "外字1号", "CF_NR": "罚款"}})
        return "z" * 16
    if isinstance(platform, Soap):
        platform.platform.rows["FRCF", ("别的机构", "外字1号", "2026/10/01")] = row
    elif isinstance(platform, Exchange):
        platform.add(row)
    else:
        assert isinstance(platform, Files)
        holdings = json.loads((platform.folder / "holdings.json").read_text())
        holdings["records"]["z" * 16] = 1
        (platform.folder / "holdings.json").write_text(json.dumps(holdings))
        return "z" * 16
    return "外字1号 2026-10-01"


def test_a_platform_that_never_comes_to_show_it_is_for_a_person(
    work: Work, clock: SetClock, stand_in: Callable[..., StandIn]
) -> None:
    """It says yes every time and shows nothing: after some rounds it is parked instead of going round for ever."""
    platform = stand_in("json")
    public_id = opened(work, platform)
    notice = publish_one(work)
    for _ in range(8):
        deliver_all(work)
        platform.lose("沪司罚决字〔2026〕第1号")
        clock.advance(timedelta(days=1))
        found = reconcile.reconcile(work, public_id)
    assert (states(work, notice), telling.rows(work)[0].code) == (["parked"], "differs")
    assert found.compared == 0


def test_two_that_write_the_same_row_at_once_leave_one(work: Work, stand_in: Callable[..., StandIn]) -> None:
    """As after a jump of the clock, when two processes hold one entry: the transactions are serializable."""
    platform = stand_in("exchange")
    settings = platform.settings()
    content = {"columns": telling.penalty_columns(1), "decided_on": "2026-11-12", "marks": [], "subject": {}}
    item = Item("k", 1, "publish", "r", 1, "penalty", False, content, {})
    together = threading.Barrier(4)
    verdicts: list[str] = []

    def send() -> None:
        line = CHANNELS["exchange"].open({**settings["settings"], "layout": "2015"}, settings["secret"], 20)
        together.wait()
        verdicts.append(line.send([item], now=SetClock(telling.NOON).now())[0].verdict)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "accepted" in verdicts
    assert set(verdicts) <= {"accepted", "later"}, "who lost tries again"
    assert len(platform.shows()) == 1


def test_tables_may_hold_days_and_numbers(work: Work) -> None:
    table = Table(
        "frxzcf",
        MetaData(),
        Column("CF_JDRQ", Date),
        Column("CF_NR_FK", Numeric(18, 2)),
        Column("CF_WSH", String),
    )
    told = {"CF_JDRQ": "2026/11/12", "CF_NR_FK": "2.000000", "CF_WSH": "1号"}
    cells = {name: fitting(table.c[name], value) for name, value in told.items()}
    engine = create_engine("sqlite://")
    table.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(table).inline().values(cells))
        held = dict(connection.execute(select(table)).one()._mapping)
    engine.dispose()
    assert same(held, told)
    assert not same(held, told | {"CF_NR_FK": "2.010000"})
    assert not same(held, told | {"CF_WSH": "2号"})


def test_the_statements_fit_sql_server_without_its_driver(work: Work) -> None:
    """Nothing is returned from an INSERT (triggers forbid it there), and the schema stands before the table."""
    table = Table(
        "frxzcf", MetaData(), Column("ID", Integer, primary_key=True), Column("CF_WSH", String), schema="DBO"
    )
    dialect: Any = mssql.dialect()
    written = str(insert(table).inline().values({"CF_WSH": "1号"}).compile(dialect=dialect))
    assert "OUTPUT" not in written
    assert "[DBO].frxzcf" in written
    read = str(
        select(table)
        .where(table.c["CF_WSH"] == "1号")
        .order_by(table.c["ID"].desc())
        .compile(dialect=dialect)
    )
    assert "ORDER BY [DBO].frxzcf.[ID] DESC" in read
