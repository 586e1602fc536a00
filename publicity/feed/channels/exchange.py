"""前置库: rows in the platform's own tables, which it picks up every night.

Four tables (legal and natural persons, penalties and permits) with the columns of the layout; the platform adds an id and
the time of creation. What is still there from the same day, within the hours that the platform allows, is deleted when it
ends or changes; what was picked up already is told by a further row with another state. The tables hold no receipts: a row
that is there was taken, and reconciliation looks at the newest row of each natural key.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, MetaData, NullPool, Table, create_engine, delete, insert, select
from sqlalchemy.engine import Row, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchTableError, OperationalError

from publicity.feed import rows
from publicity.feed.channels.channel import Answers, Channel, Found, Item, Kind, Setting
from publicity.feed.states import Outcome
from registry.credit.words import State, write_state
from registry.kernel.clock import SHANGHAI

_TABLES = {
    ("penalty", False): "frxzcf",
    ("penalty", True): "zrrxzcf",
    ("permit", False): "frxzxk",
    ("permit", True): "zrrxzxk",
}
_ID, _CREATED = "ID", "CREATE_TIME"
_STATE = {"penalty": "CF_ZT", "permit": "XK_ZT"}
_KEYS = {
    "2018": {
        "penalty": ("CF_XDR_MC", "CF_WSH", "CF_JDRQ"),
        "permit": ("XK_XDR_MC", "XK_WSH", "XK_JDRQ"),
    },
    "2015": {
        "penalty": ("CF_XDR_MC", "CF_WSH", "CF_JDRQ"),
        "permit": ("XK_XDR", "XK_WSH", "XK_JDRQ"),
    },
}
"""The columns of name, document number and day, by which the platform knows a record."""


class _Unfit(Exception):
    """A table that lacks what is to be written into it; the text says what."""


@dataclass(frozen=True)
class _Key:
    """A record in its table: the natural key by column."""

    table: Table
    values: Mapping[str, str]

    def rows(self, connection: Connection) -> Sequence[Row[Any]]:
        """What is there of it, the newest first."""
        found = select(self.table)
        for column, value in self.values.items():
            found = found.where(self.table.c[column] == value)
        return connection.execute(found.order_by(self.table.c[_ID].desc())).all()


class ExchangeDatabase:
    """The tables behind a database address, which is the secret because it holds the password."""

    batch = 1

    def __init__(self, settings: Mapping[str, str], secret: str) -> None:
        self._url = secret
        self._layout = settings["layout"]
        self._region = settings["region"]
        first, _, last = (settings.get("hours") or "08:00-23:50").partition("-")
        self._first, self._last = time.fromisoformat(first), time.fromisoformat(last)
        self._schema = settings.get("schema") or None

    def send(self, items: Sequence[Item], *, now: datetime) -> Sequence[Outcome]:
        return [self._send(item, now.astimezone(SHANGHAI)) for item in items]

    def look_up(self, items: Sequence[Item]) -> Sequence[Found]:
        """By the newest row of the natural key: with all its columns where the content is known, else that it stands."""
        try:
            with self._writing() as connection:
                return [self._found(connection, item) for item in items]
        except (DBAPIError, NoSuchTableError, _Unfit):
            return ["untold"] * len(items)

    def receipts(self) -> Sequence[Answers]:
        return ()

    def taken(self, receipt: str) -> None:
        """The tables hold no receipts."""

    def _send(self, item: Item, now: datetime) -> Outcome:
        begun = False
        try:
            with self._writing() as connection:
                begun = True
                outcome = self._end(connection, item, now) if item.ends else self._put(connection, item, now)
        except NoSuchTableError as error:
            return Outcome("refused", "table", f"没有表 {error}")
        except _Unfit as error:
            return Outcome("refused", "column", str(error))
        except OperationalError:
            # Once it had begun, nobody knows whether the commit arrived.
            return Outcome("unknown" if begun else "later", "connection")
        except IntegrityError:
            return Outcome("rejected", "constraint", "平台的表拒绝了这一行（约束）")
        except DBAPIError as error:
            return Outcome("refused", "database", type(error.orig).__name__)
        return outcome

    def _put(self, connection: Connection, item: Item, now: datetime) -> Outcome:
        key, values = self._row(connection, item)
        there = key.rows(connection)
        if there and _same(there[0], values):
            return Outcome("accepted", "found")
        self._take_back(connection, key, there, now)
        connection.execute(insert(key.table), values)
        return Outcome("accepted")

    def _end(self, connection: Connection, item: Item, now: datetime) -> Outcome:
        """Takes back what is of today; what was picked up before is followed by the same row with another state."""
        for key in self._keys(connection, item):
            there = key.rows(connection)
            if not there:
                continue
            older = self._take_back(connection, key, there, now)
            if older and older[0]._mapping.get(_STATE[item.kind]) != self._ended(item.kind):
                if _STATE[item.kind] not in key.table.c:
                    raise _Unfit(f"表 {key.table.name} 没有状态列 {_STATE[item.kind]}，不能撤下")
                kept = {n: v for n, v in older[0]._mapping.items() if n not in (_ID, _CREATED)}
                connection.execute(insert(key.table), kept | {_STATE[item.kind]: self._ended(item.kind)})
        return Outcome("accepted")

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
            return "there" if there and _same(there[0], values) else "absent"
        newest = [found[0] for key in self._keys(connection, item) if (found := key.rows(connection))]
        ended = self._ended(item.kind)
        stands = any(row._mapping.get(_STATE[item.kind]) != ended for row in newest)
        return "there" if stands is not item.ends else "absent"

    def _row(self, connection: Connection, item: Item) -> tuple[_Key, dict[str, str]]:
        person = rows.of_person(item.content)
        cells = rows.coded(item.kind, item.content, standard=self._layout, region=self._region)
        table = self._table(connection, item.kind, person=person)
        if _STATE[item.kind] in table.c:
            marked = "objection" in item.content.get("marks", ())
            cells.setdefault(_STATE[item.kind], self._state(item.kind, "异议" if marked else "有效"))
        values = {code: value for code, value in cells.items() if value}
        if lacking := [code for code in values if code not in table.c]:
            raise _Unfit(f"表 {table.name} 没有列 {'、'.join(lacking)}")
        key = {column: values.get(column, "") for column in _KEYS[self._layout][item.kind]}
        return _Key(table, key), values

    def _keys(self, connection: Connection, item: Item) -> Iterator[_Key]:
        """Where a record may stand of which only the natural key is known: with legal or with natural persons."""
        known = item.identity
        told = (known.get("name", ""), known.get("document_number", ""), known.get("decided_on", ""))
        values = dict(zip(_KEYS[self._layout][item.kind], told, strict=True))
        values[_KEYS[self._layout][item.kind][2]] = told[2].replace("-", "/")
        for person in (False, True):
            yield _Key(self._table(connection, item.kind, person=person), values)

    def _table(self, connection: Connection, kind: str, *, person: bool) -> Table:
        table = Table(_TABLES[kind, person], MetaData(), schema=self._schema, autoload_with=connection)
        needed = (_ID, _CREATED, *_KEYS[self._layout][kind])
        if lacking := [column for column in needed if column not in table.c]:
            raise _Unfit(f"表 {table.name} 没有列 {'、'.join(lacking)}")
        return table

    def _ended(self, kind: str) -> str:
        return self._state(kind, "撤销")

    def _state(self, kind: str, state: State) -> str:
        # The standard of 2018 has a state of permits alone; a table's further column for penalties keeps the older digits.
        return write_state(state, of_2018=self._layout == "2018" and kind == "permit")

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        # A line of its own each time: the platform's database is asked seldom, and a broken one must not linger.
        engine = create_engine(self._url, poolclass=NullPool, hide_parameters=True)
        with engine.begin() as connection:
            yield connection


def _same(row: Row[Any], values: Mapping[str, str]) -> bool:
    held = {name: value for name, value in row._mapping.items() if name not in (_ID, _CREATED) and value}
    return held == dict(values)


def _check_secret(text: str) -> str | None:
    try:
        backend = make_url(text).get_backend_name()
    except ArgumentError:
        return "应为数据库地址，如 postgresql+psycopg://user:word@host/name"
    return None if backend in ("postgresql", "sqlite") else "本机没有这种数据库的驱动程序"


def _check_hours(text: str) -> str | None:
    try:
        first, last = (time.fromisoformat(part) for part in text.split("-"))
    except ValueError:
        return "应如 08:00-23:50"
    return None if first < last else "起始时间应早于截止时间"


def _open(settings: Mapping[str, str], secret: str, _timeout: float) -> Channel:
    return ExchangeDatabase(settings, secret)


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
    ),
    secret="数据库地址",  # noqa: S106 — its title
    check_secret=_check_secret,
    layouts=("2018", "2015"),
    kinds=rows.KINDS,
    open=_open,
)
