"""The stand-in platform over all five kinds of channel, each on a real socket, database or folder, with one face for tests.

`will` says what it does next: refuse, slow (takes it and does not answer in time), drop (takes it and breaks the line), fault
(takes it and reports an error of its own), busy (asks to come later), garbage (takes it and answers nonsense), closed (we may
not). `shows` is what stands there; `backup`, `restore` and `lose` are its operators' mishaps.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any, Protocol

from defusedxml.ElementTree import parse
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from publicity.feed import configure
from publicity.feed.configure import Wanted
from publicity.feed.rows import codes_2015
from registry.kernel.work import Work
from tests.publicity import office
from tests.publicity.cut_line import CutLine
from tests.publicity.platform import SECRET, Platform
from tests.publicity.soap_platform import SoapPlatform

KINDS = ("json", "national", "city", "exchange", "files")


class StandIn(Protocol):
    """`shows` gives (document number, content of the decision) of every row that stands, sorted."""

    def settings(self) -> dict[str, Any]: ...

    def will(self, *moods: str) -> None: ...

    def behaves(self) -> None:
        """Its administrators have put right what they had closed."""
        ...

    def shows(self) -> list[tuple[str, str]]: ...

    def backup(self) -> None: ...

    def restore(self) -> None: ...

    def lose(self, document_number: str) -> None: ...

    def at_night(self) -> None:
        """What the platform does by itself: it fetches what lies ready and puts its receipts down."""
        ...


@contextmanager
def standing_in(kind: str, postgresql_url: str, folder: Path, *, asked: bool = True) -> Iterator[StandIn]:
    """The stand-in of one kind; `asked`: whether it can be asked what it has."""
    if kind == "json":
        with Platform() as platform:
            yield Json(platform, asked=asked)
    elif kind in ("national", "city"):
        with SoapPlatform() as soap:
            yield Soap(kind, soap, asked=asked)
    elif kind == "exchange":
        with CutLine(make_url(postgresql_url)) as line:
            exchange = Exchange(postgresql_url, line)
            yield exchange
            exchange.close()
    else:
        yield Files(folder, asked=asked)


def opened(work: Work, stand_in: StandIn, **options: Any) -> str:
    """An open channel to it; the channel's public id."""
    wanted = Wanted(**{"name": "平台", "kinds": ("penalty",), **stand_in.settings(), **options})
    with work.write(office.OFFICE) as session:
        row = configure.add(session, office.OFFICE, wanted=wanted)
        configure.resume(session, office.OFFICE, channel=row.public_id)
        return row.public_id


class Json:
    def __init__(self, platform: Platform, *, asked: bool) -> None:
        self.platform, self._asked = platform, asked
        self._backup: Any = {}

    def settings(self) -> dict[str, Any]:
        query = {"query": f"{self.platform.url}/query"} if self._asked else {}
        settings = {"url": f"{self.platform.url}/notices", "timeout": "1", **query}
        return {"kind": "json", "settings": settings, "secret": SECRET}

    def will(self, *moods: str) -> None:
        self.platform.will(*({"garbage": "nonsense"}.get(mood, mood) for mood in moods))

    def behaves(self) -> None:
        self.platform.moods.clear()

    def shows(self) -> list[tuple[str, str]]:
        rows = (entry["columns"] for _, entry in self.platform.rows.values())
        return sorted((columns["CF_WSH"], columns["CF_NR"]) for columns in rows)

    def backup(self) -> None:
        self._backup = dict(self.platform.rows)

    def restore(self) -> None:
        self.platform.rows = self._backup

    def lose(self, document_number: str) -> None:
        rows = self.platform.rows
        self.platform.forget(
            [r for r, (_, e) in list(rows.items()) if e["columns"]["CF_WSH"] == document_number]
        )

    def at_night(self) -> None:
        """It answered when it was told."""


class Soap:
    def __init__(self, kind: str, platform: SoapPlatform, *, asked: bool) -> None:
        self.kind, self.platform, self._asked = kind, platform, asked
        self._backup: Any = {}

    def settings(self) -> dict[str, Any]:
        url = self.platform.url
        settings = {
            "national": {"permit": f"{url}/permit", "penalty": f"{url}/penalty"},
            "city": {
                "url": f"{url}/upload", "department": "0015", "version": "v3", "penalty_organisation": "FRCF",
                "penalty_person": "ZRRCF", "permit_organisation": "FRXK", "permit_person": "ZRRXK",
            },
        }[self.kind]  # fmt: skip
        settings |= {"region": "310000", "timeout": "1"} | ({"query": f"{url}/query"} if self._asked else {})
        secret = "t0ken" if self.kind == "national" else ""
        return {"kind": self.kind, "layout": "2015", "settings": settings, "secret": secret}

    def will(self, *moods: str) -> None:
        self.platform.will(*moods)

    def behaves(self) -> None:
        self.platform.moods.clear()

    def shows(self) -> list[tuple[str, str]]:
        return sorted((row["CF_WSH"], row["CF_JG"]) for row in self.platform.rows.values())

    def backup(self) -> None:
        self._backup = dict(self.platform.rows)

    def restore(self) -> None:
        self.platform.rows = self._backup

    def lose(self, document_number: str) -> None:
        self.platform.rows = {
            key: row for key, row in self.platform.rows.items() if row["CF_WSH"] != document_number
        }

    def at_night(self) -> None:
        """It answered when it was told."""


class Exchange:
    """Tables of 2015 on a PostgreSQL server, in a schema of their own, behind a line that can be cut."""

    def __init__(self, postgresql_url: str, line: CutLine) -> None:
        self._line = line
        self._schema = f"exchange_{line.port}"
        self._engine = create_engine(postgresql_url)
        database = make_url(postgresql_url).database
        self._address = f"postgresql+psycopg://postgres@127.0.0.1:{line.port}/{database}?sslmode=disable&gssencmode=disable"
        self._run(f"CREATE SCHEMA {self._schema}")
        for name, kind in {
            "frxzcf": "penalty",
            "zrrxzcf": "penalty",
            "frxzxk": "permit",
            "zrrxzxk": "permit",
        }.items():
            columns = "".join(f', "{code}" text' for code in codes_2015(kind))
            self._run(
                f'CREATE TABLE {self._schema}.{name} ("ID" serial PRIMARY KEY, '
                f"\"CREATE_TIME\" timestamp DEFAULT '2026-11-20 10:00'{columns})"
            )

    def settings(self) -> dict[str, Any]:
        settings = {"region": "310000", "schema": self._schema, "timeout": "1"}
        return {"kind": "exchange", "layout": "2015", "settings": settings, "secret": self._address}

    def will(self, *moods: str) -> None:
        for mood in moods:
            if mood == "refuse":
                self._run(f"ALTER TABLE {self._schema}.frxzcf ADD CONSTRAINT strict CHECK (\"CF_WSH\" = '')")
            elif mood == "busy":
                self._line.closed = True
            elif mood == "closed":
                self._run(f'ALTER TABLE {self._schema}.frxzcf RENAME COLUMN "CF_YJ" TO "CF_OLD"')
            else:
                self._line.will({"fault": "garbage"}.get(mood, mood))

    def behaves(self) -> None:
        self._line.closed = False
        renamed = (
            "SELECT 1 FROM information_schema.columns WHERE table_schema = :schema AND column_name = 'CF_OLD'"
        )
        with self._engine.connect() as connection:
            found = connection.execute(text(renamed), {"schema": self._schema}).scalar()
        if found:
            self._run(f'ALTER TABLE {self._schema}.frxzcf RENAME COLUMN "CF_OLD" TO "CF_YJ"')

    def shows(self) -> list[tuple[str, str]]:
        """Of each record the newest row counts; one that only repeats the row before it shows as a second."""
        newest: dict[str, list[Mapping[str, Any]]] = {}
        for row in self._rows():
            before = newest.get(row["CF_WSH"], [])
            newest[row["CF_WSH"]] = [*before, row] if before[-1:] == [row] else [row]
        rows = [row for told in newest.values() for row in told if row["CF_ZT"] != "1"]
        return sorted((row["CF_WSH"], row["CF_JG"]) for row in rows)

    def backup(self) -> None:
        self._run(f"CREATE TABLE {self._schema}.backup AS SELECT * FROM {self._schema}.frxzcf")

    def restore(self) -> None:
        self._run(f"DELETE FROM {self._schema}.frxzcf")
        self._run(f"INSERT INTO {self._schema}.frxzcf SELECT * FROM {self._schema}.backup")

    def lose(self, document_number: str) -> None:
        self._run(f"DELETE FROM {self._schema}.frxzcf WHERE \"CF_WSH\" = '{document_number}'")

    def at_night(self) -> None:
        """Its programs only read."""

    def everything(self) -> str:
        """All rows as text."""
        return str(self._rows())

    def add(self, row: Mapping[str, str]) -> None:
        """A row that somebody else wrote."""
        names = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(f"'{value}'" for value in row.values())
        self._run(f"INSERT INTO {self._schema}.frxzcf ({names}) VALUES ({values})")

    def close(self) -> None:
        self._run(f"DROP SCHEMA {self._schema} CASCADE")
        self._engine.dispose()

    def _rows(self) -> list[Mapping[str, Any]]:
        with self._engine.connect() as connection:
            found = connection.execute(text(f'SELECT * FROM {self._schema}.frxzcf ORDER BY "ID"'))
            platforms_own = ("ID", "CREATE_TIME")
            return [{n: v for n, v in row._mapping.items() if n not in platforms_own} for row in found]

    def _run(self, statement: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(text(statement))


class Files:
    """A platform's programs that fetch drops every night, and put receipts and what they show into the folder."""

    def __init__(self, folder: Path, *, asked: bool) -> None:
        self.folder, self._asked = folder, asked
        folder.mkdir(exist_ok=True)
        self._moods: list[str] = []
        self._taken: set[str] = set()
        self._rows: dict[tuple[str, ...], dict[str, str]] = {}
        self._records: dict[str, int] = {}
        self._last = ""
        self._backup: Any = None

    def settings(self) -> dict[str, Any]:
        settings = {"folder": str(self.folder), "department": "0015", "region": "310000"}
        return {"kind": "files", "layout": "2015", "settings": settings}

    def will(self, *moods: str) -> None:
        for mood in moods:
            if mood == "closed":
                self.folder.rename(self.folder.with_name("elsewhere"))
            elif mood == "busy":
                (self.folder / ".staging").touch()
            else:
                self._moods.append(mood)

    def behaves(self) -> None:
        if not self.folder.exists():
            self.folder.with_name("elsewhere").rename(self.folder)
        if (self.folder / ".staging").is_file():
            (self.folder / ".staging").unlink()

    def shows(self) -> list[tuple[str, str]]:
        return sorted((row["CF_WSH"], row["CF_JG"]) for row in self._rows.values())

    def backup(self) -> None:
        self._backup = deepcopy((self._rows, self._records))

    def restore(self) -> None:
        self._rows, self._records = self._backup
        self._holdings()

    def lose(self, document_number: str) -> None:
        for key, row in list(self._rows.items()):
            if row["CF_WSH"] == document_number:
                del self._rows[key]
                del self._records[row["record"]]
        self._holdings()

    def at_night(self) -> None:
        for drop in sorted(self.folder.glob("0015_*")):
            if drop.name in self._taken:
                continue
            mood = self._moods.pop(0) if self._moods else ""
            if mood == "slow":
                return
            self._taken.add(drop.name)
            self._last = drop.name
            if mood != "refuse":
                self._take(drop)
            self._answer(drop, mood)
        self._holdings()

    def _take(self, drop: Path) -> None:
        entries = json.loads((drop / "manifest.json").read_text())["entries"]
        told = [entry for entry in entries if entry["action"] not in ("withdraw", "expire")]
        for path in drop.glob("001501_*.xml"):
            for entry, element in zip(told, _rows_of(path), strict=True):
                row = {cell.tag: cell.text or "" for cell in element} | {"record": entry["record"]}
                self._rows[row["CF_XDR_MC"], row["CF_WSH"], row["CF_JDRQ"]] = row
                self._records[entry["record"]] = entry["version"]
        for path in drop.glob("withdrawals.xml"):
            for element in _rows_of(path):
                ended = {cell.tag: cell.text or "" for cell in element}
                key = (ended["name"], ended["document_number"], ended["decided_on"].replace("-", "/"))
                gone = self._rows.pop(key, None)
                if gone is not None:
                    del self._records[gone["record"]]

    def _answer(self, drop: Path, mood: str) -> None:
        """Its receipt; one that nobody can read is followed by a good one."""
        entries = json.loads((drop / "manifest.json").read_text())["entries"]
        refused = {"result": "rejected", "code": "6", "message": "文号格式错误"}
        answer = refused if mood == "refuse" else {"result": "accepted"}
        items = [{"index": entry["index"], **answer} for entry in entries]
        receipts = self.folder / "receipts"
        if mood in ("garbage", "fault"):
            (receipts / "garbage.json").write_bytes(b"[" * 100_000)
        if mood == "twice":
            (receipts / f"{drop.name}-again.json").write_text(json.dumps({"items": items}))
        (receipts / f"{drop.name}.json").write_text(json.dumps({"items": items}))

    def _holdings(self) -> None:
        if self._asked:
            told = json.dumps({"drop": self._last, "records": self._records})
            (self.folder / "holdings.json").write_text(told)


def _rows_of(path: Path) -> list[Any]:
    root: Any = parse(path).getroot()
    return list(root)
