"""前置库: rows in the platform's own tables, which it picks up every night.

Four tables (legal and natural persons, penalties and permits) with the columns of the layout; the platform adds an id and
the time of creation. What is still there from the same day, within the hours that the platform allows, is deleted when it
ends or changes; what was picked up already is told by a further row with another state. The tables hold no receipts: a row
that is there was taken, and reconciliation looks at the newest row of each natural key.

The statements are SQLAlchemy's own and fit any database that it knows; of SQL Server, which most platforms run, no driver
comes along. Every conversation is one serializable transaction, so that two that write the same row leave one.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, MetaData, Table, delete, insert, select
from sqlalchemy.engine import Row, make_url
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchTableError,
    OperationalError,
    ProgrammingError,
)

from publicity.feed import rows
from publicity.feed.channels.cells import Unfit, fitting, same, written
from publicity.feed.channels.channel import (
    TIMEOUT,
    Answers,
    Channel,
    Found,
    Held,
    Item,
    Kind,
    Setting,
    Unanswered,
)
from publicity.feed.channels.database import check_address, conversation
from publicity.feed.states import Outcome
from registry.credit.words import State
from registry.kernel.clock import SHANGHAI

_TABLES = {
    ("penalty", False): "frxzcf",
    ("penalty", True): "zrrxzcf",
    ("permit", False): "frxzxk",
    ("permit", True): "zrrxzxk",
}
_ID, _CREATED = "ID", "CREATE_TIME"
_SERIALIZATION = ("40001", "40P01")
"""SQLSTATE of what the database undid because another wrote at the same time: surely nothing is there."""


@dataclass(frozen=True)
class _Key:
    """A record in its table: the natural key by column."""

    table: Table
    values: Mapping[str, str]

    def rows(self, connection: Connection) -> Sequence[Row[Any]]:
        """What is there of it, the newest first."""
        found = select(self.table)
        for column, value in self.values.items():
            found = found.where(self.table.c[column] == fitting(self.table.c[column], value))
        return connection.execute(found.order_by(self.table.c[_ID].desc())).all()


class ExchangeDatabase:
    """The tables behind a database address, which is the secret because it holds the password."""

    batch = 1

    def __init__(self, settings: Mapping[str, str], secret: str, timeout: float) -> None:
        self._url, self._timeout = make_url(secret), timeout
        self._layout = settings["layout"]
        self._region = settings["region"]
        first, _, last = (settings.get("hours") or "08:00-23:50").partition("-")
        self._first, self._last = time.fromisoformat(first), time.fromisoformat(last)
        self._schema = settings.get("schema") or None
        self._tables: dict[tuple[str, bool], Table] = {}

    def send(self, items: Sequence[Item], *, now: datetime) -> Sequence[Outcome]:
        return [self._send(item, now.astimezone(SHANGHAI)) for item in items]

    def look_up(self, items: Sequence[Item]) -> Sequence[Found]:
        """By the newest row of the natural key: with all its columns where the content is known, else that it stands."""
        try:
            with self._conversation() as connection:
                return [self._found(connection, item) for item in items]
        except (DBAPIError, NoSuchTableError, Unfit):
            return ["untold"] * len(items)

    def holds(self) -> Iterator[Held]:
        """The natural keys of everything that stands in the four tables."""
        try:
            with self._conversation() as connection:
                for kind, person in _TABLES:
                    table = self._table(connection, kind, person=person)
                    names = rows.key_columns(self._layout, kind)
                    standing: dict[tuple[str, ...], bool] = {}
                    for row in connection.execute(select(table).order_by(table.c[_ID])):
                        key = tuple(written(row._mapping[name]) for name in names)
                        standing[key] = not rows.is_over(kind, dict(row._mapping), standard=self._layout)
                    for (name, number, day), stands in standing.items():
                        if stands:
                            yield Held("", name, number, day.replace("/", "-"))
        except (DBAPIError, NoSuchTableError, Unfit) as error:
            raise Unanswered from error

    def receipts(self) -> Sequence[Answers]:
        return ()

    def taken(self, receipt: str) -> None:
        """The tables hold no receipts."""

    def _send(self, item: Item, now: datetime) -> Outcome:
        begun = False
        try:
            with self._conversation() as connection:
                begun = True
                outcome = self._end(connection, item, now) if item.ends else self._put(connection, item, now)
        except NoSuchTableError as error:
            return Outcome("refused", "table", f"没有表 {error}")
        except Unfit as error:
            return Outcome("refused", "column", str(error))
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) in _SERIALIZATION:
                return Outcome("later", "raced")
            # Once it had begun, nobody knows whether the commit arrived.
            return Outcome("unknown" if begun else "later", "connection")
        except IntegrityError:
            return Outcome("rejected", "constraint", "平台的表拒绝了这一行（约束）")
        except (ProgrammingError, DataError) as error:
            return Outcome("refused", "database", type(error.orig).__name__)
        except DBAPIError as error:
            # An answer that the driver cannot read does not say that nothing was taken.
            return Outcome("unknown" if begun else "later", "database", type(error.orig).__name__)
        return outcome

    def _put(self, connection: Connection, item: Item, now: datetime) -> Outcome:
        key, values = self._row(connection, item)
        there = key.rows(connection)
        if there and same(_cells(there[0]), values):
            return Outcome("accepted", "found")
        self._take_back(connection, key, there, now)
        self._insert(connection, key.table, values)
        return Outcome("accepted")

    def _end(self, connection: Connection, item: Item, now: datetime) -> Outcome:
        """Takes back what is of today; what was picked up before is followed by the same row with another state."""
        for key in self._keys(connection, item):
            there = key.rows(connection)
            if not there:
                continue
            older = self._take_back(connection, key, there, now)
            state = rows.state_column(item.kind)
            if older and not rows.is_over(item.kind, dict(older[0]._mapping), standard=self._layout):
                if state not in key.table.c:
                    raise Unfit(f"表 {key.table.name} 没有状态列 {state}，不能撤下")
                self._insert(
                    connection, key.table, _cells(older[0]) | {state: self._state(item.kind, "撤销")}
                )
        return Outcome("accepted")

    def _insert(self, connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
        cells = {name: fitting(table.c[name], value) for name, value in values.items()}
        # Without RETURNING or OUTPUT: the platform's triggers forbid it on some databases.
        connection.execute(insert(table).inline().values(cells))

    def _take_back(
        self, connection: Connection, key: _Key, there: Sequence[Row[Any]], now: datetime
    ) -> list[Row[Any]]:
        """Deletes the rows of today while the platform allows it; gives those that stay."""
        fresh = [row for row in there if self._retractable(row._mapping[_CREATED], now)]
        ids = [row._mapping[_ID] for row in fresh]
        if ids:
            connection.execute(delete(key.table).where(key.table.c[_ID].in_(ids)))
        return [row for row in there if row._mapping[_ID] not in ids]

    def _retractable(self, created: object, now: datetime) -> bool:
        made = created if isinstance(created, datetime) else datetime.fromisoformat(str(created))
        return made.date() == now.date() and self._first <= now.time() <= self._last

    def _found(self, connection: Connection, item: Item) -> Found:
        if not item.ends and item.content:
            key, values = self._row(connection, item)
            there = key.rows(connection)
            return "there" if there and same(_cells(there[0]), values) else "absent"
        newest = [found[0] for key in self._keys(connection, item) if (found := key.rows(connection))]
        stands = any(not rows.is_over(item.kind, dict(row._mapping), standard=self._layout) for row in newest)
        return "there" if stands is not item.ends else "absent"

    def _row(self, connection: Connection, item: Item) -> tuple[_Key, dict[str, str]]:
        person = rows.of_person(item.content)
        cells = rows.coded(item.kind, item.content, standard=self._layout, region=self._region)
        table = self._table(connection, item.kind, person=person)
        state = rows.state_column(item.kind)
        if state in table.c:
            marked = "objection" in item.content.get("marks", ())
            cells.setdefault(state, self._state(item.kind, "异议" if marked else "有效"))
        values = {code: value for code, value in cells.items() if value}
        if lacking := [code for code in values if code not in table.c]:
            raise Unfit(f"表 {table.name} 没有列 {'、'.join(lacking)}")
        key = {column: values.get(column, "") for column in rows.key_columns(self._layout, item.kind)}
        return _Key(table, key), values

    def _keys(self, connection: Connection, item: Item) -> Iterator[_Key]:
        """Where a record stands of which only the natural key is known."""
        known = item.identity
        decided_on = known.get("decided_on", "").replace("-", "/")
        told = (known.get("name", ""), known.get("document_number", ""), decided_on)
        values = dict(zip(rows.key_columns(self._layout, item.kind), told, strict=True))
        for person in rows.sides(known):
            yield _Key(self._table(connection, item.kind, person=person), values)

    def _table(self, connection: Connection, kind: str, *, person: bool) -> Table:
        known = self._tables.get((kind, person))
        if known is not None:
            return known
        table = Table(_TABLES[kind, person], MetaData(), schema=self._schema, autoload_with=connection)
        needed = (_ID, _CREATED, *rows.key_columns(self._layout, kind))
        if lacking := [column for column in needed if column not in table.c]:
            raise Unfit(f"表 {table.name} 没有列 {'、'.join(lacking)}")
        self._tables[kind, person] = table
        return table

    def _state(self, kind: str, state: State) -> str:
        return rows.written_state(kind, state, standard=self._layout)

    def _conversation(self) -> AbstractContextManager[Connection]:
        return conversation(self._url, timeout=self._timeout)


def _cells(row: Row[Any]) -> dict[str, Any]:
    """A row without what the platform added to it."""
    return {name: value for name, value in row._mapping.items() if name not in (_ID, _CREATED)}


def _check_hours(text: str) -> str | None:
    try:
        first, last = (time.fromisoformat(part) for part in text.split("-"))
    except ValueError:
        return "应如 08:00-23:50"
    return None if first < last else "起始时间应早于截止时间"


def _open(settings: Mapping[str, str], secret: str, timeout: float) -> Channel:
    return ExchangeDatabase(settings, secret, timeout)


KIND = Kind(
    name="exchange",
    title="前置库（数据库表）",
    settings=(
        Setting(
            "region", "地方编码", "六位行政区划代码，填入 2015 年标准的“地方编码”。", check=rows.check_region
        ),
        Setting("schema", "模式", "表所在的模式（schema）；没有的不填。", required=False),
        Setting(
            "hours",
            "可撤回的时间",
            "平台当日允许删除的时间，如 08:00-23:50；其后只能另写一行变更状态。",
            required=False,
            check=_check_hours,
        ),
        TIMEOUT,
    ),
    secret="数据库地址",  # noqa: S106 — its title
    check_secret=check_address,
    layouts=("2018", "2015"),
    kinds=rows.KINDS,
    open=_open,
)
