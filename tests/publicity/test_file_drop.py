"""A platform that fetches files: every drop is whole, nothing is dropped twice, and its receipts settle what went."""

import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import parse

from publicity.feed import configure, reconcile
from publicity.feed.channels.channel import Item
from publicity.feed.channels.files import FileDrop
from publicity.feed.configure import COLUMNS, Wanted
from registry.credit.layouts import LAYOUTS
from registry.credit.standard import read_row
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.faults import Invalid
from registry.kernel.work import Work
from registry.roster.layout import recognise
from registry.roster.sheet import open_file
from tests.publicity import office, telling
from tests.publicity.telling import deliver_all, publish_one, states, withdraw

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NOW = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "exchange"
    made.mkdir()
    return made


@pytest.fixture
def exchange(work: Work, folder: Path) -> Callable[..., str]:
    def opened(**options: Any) -> str:
        settings = {"folder": str(folder), "department": "0015", "region": "310000"}
        wanted = Wanted(
            name=options.pop("name", "区信用办"),
            kind="files",
            settings=settings,
            columns=COLUMNS,
            entitled=True,
            **options,
        )
        with work.write(office.OFFICE) as session:
            row = configure.add(session, office.OFFICE, wanted=wanted)
            configure.resume(session, office.OFFICE, channel=row.public_id)
            return row.public_id

    return opened


def drops(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("0015_*"))


@one_database
def test_a_drop_holds_sheet_xml_and_manifest_and_imports_again(
    work: Work, folder: Path, exchange: Callable[..., str]
) -> None:
    exchange()
    notices = [publish_one(work, number) for number in (1, 2)]
    assert deliver_all(work) == {"sent": 2}
    [drop] = drops(folder)
    assert drop.name == "0015_20261120_00001"
    assert sorted(path.name for path in drop.iterdir()) == [
        "001501_20261120_00001.xml",
        "manifest.json",
        "penalty-organisation.xlsx",
    ]
    manifest = json.loads((drop / "manifest.json").read_text())
    assert [entry["record"] for entry in manifest["entries"]] == notices
    for file in manifest["files"]:
        assert file["sha256"] == hashlib.sha256((drop / file["name"]).read_bytes()).hexdigest()
        assert file["rows"] == 2
    tree = _rows(drop / "001501_20261120_00001.xml")
    assert (tree.tag, [row.tag for row in tree]) == ("DATAS", ["DATA", "DATA"])
    assert (tree[0].findtext("CF_JDRQ"), tree[0].findtext("CF_NR_FK")) == ("2026/11/12", "2.000000")
    assert tree[0].findtext("CF_FR_ZJHM") == office.HEAD_ID, "this platform is entitled to it"
    parsed = _imported(drop / "penalty-organisation.xlsx", "penalty")
    assert [row.document_number for row in parsed] == ["沪司罚决字〔2026〕第1号", "沪司罚决字〔2026〕第2号"]
    assert [row.faults for row in parsed] == [(), ()]


@one_database
@pytest.mark.parametrize("standard", ["2018", "2015", "template"])
def test_every_layout_is_one_that_clerks_import(
    work: Work, folder: Path, exchange: Callable[..., str], standard: str
) -> None:
    exchange(layout=standard)
    publish_one(work)
    deliver_all(work)
    [drop] = drops(folder)
    [row] = _imported(drop / "penalty-organisation.xlsx", "penalty")
    assert (row.document_number, row.columns["CF_JDRQ"], row.state) == (
        "沪司罚决字〔2026〕第1号",
        "2026-11-12",
        "有效",
    )
    told = _rows(drop / "001501_20261120_00001.xml")[0]
    by_code = {cell.tag: cell.text or "" for cell in told}
    if standard == "2015":
        assert len(by_code) == 20
        assert (by_code["CF_JG"], by_code["CF_XZJG"], by_code["CF_ZT"]) == ("罚款二万元", office.BUREAU, "0")
        assert (by_code["CF_CFMC"], by_code["CF_CFLB1"], by_code["DFBM"]) == ("私自收费", "罚款", "310000")


@one_database
def test_an_end_names_the_record_by_what_the_platform_knows_and_then_nobody_knows_it_any_more(
    work: Work, clock: SetClock, folder: Path, exchange: Callable[..., str]
) -> None:
    exchange()
    notice = publish_one(work)
    deliver_all(work)
    _receipt(folder, "0015_20261120_00001", [{"index": 0, "result": "accepted"}])
    deliver_all(work)
    withdraw(work, notice)
    deliver_all(work)
    told = _rows(drops(folder)[1] / "withdrawals.xml")[0]
    assert {cell.tag: cell.text for cell in told} == {
        "kind": "penalty",
        "name": "上海明理律师事务所",
        "document_number": "沪司罚决字〔2026〕第1号",
        "decided_on": "2026-11-12",
        "authority": office.BUREAU,
        "ground": "mistaken",
        "date": "2026-11-20",
    }
    _receipt(folder, "0015_20261120_00002", [{"index": 1, "result": "accepted"}])
    assert deliver_all(work) == {"receipts": 1}
    assert states(work, notice) == ["accepted", "accepted"]
    reconcile.run(work)
    assert [row.identity is None for row in telling.rows(work)] == [False, True], "a backup may bring it back"
    clock.advance(timedelta(days=31))
    reconcile.run(work)
    assert [row.identity for row in telling.rows(work)] == [None, None]


@one_database
def test_receipts_settle_once_and_garbage_stays_where_it_is(
    work: Work, folder: Path, exchange: Callable[..., str]
) -> None:
    exchange()
    first, second = publish_one(work, 1), publish_one(work, 2)
    deliver_all(work)
    items = [
        {"index": 0, "result": "accepted", "platform_id": "Y-1"},
        {"index": 1, "result": "rejected", "code": "6", "message": "文号格式错误"},
        {"index": 99, "result": "accepted"},
    ]
    for name in ("0015_20261120_00001", "again"):
        _receipt(folder, name, items)
    garbage: list[bytes] = [
        b"", b"{", b"[]", b'{"items": 1}', b'{"items": [{"index": 0}]}', b"\xff\xfe",
        b'{"items": [{"index": "0", "result": "accepted"}]}', b'{"items": [{"index": 0, "result": "perhaps"}]}',
        b'{"items": [{"index": 0, "result": "accepted", "code": {}}]}',
    ]  # fmt: skip
    for number, content in enumerate(garbage):
        (folder / "receipts" / f"garbage-{number}.json").write_bytes(content)
    assert deliver_all(work) == {"receipts": 2}
    assert (states(work, first), states(work, second)) == (["accepted"], ["rejected"])
    left = {path.name for path in (folder / "receipts").glob("*.json")}
    assert left == {f"garbage-{number}.json" for number in range(len(garbage))}
    assert deliver_all(work) == {}


@one_database
def test_a_folder_that_is_gone_parks_and_comes_back_by_hand(
    work: Work, folder: Path, exchange: Callable[..., str]
) -> None:
    public_id = exchange()
    notice = publish_one(work)
    folder.rename(folder.with_name("elsewhere"))
    deliver_all(work)
    assert states(work, notice) == ["parked"]
    folder.with_name("elsewhere").rename(folder)
    with work.write(office.OFFICE) as session:
        configure.resend(session, office.OFFICE, channel=public_id, position=0, reason="文件夹已恢复")
    assert deliver_all(work) == {"sent": 1}


@one_database
@pytest.mark.parametrize(
    ("name", "value"),
    [("folder", "relative/path"), ("folder", "/no/such/folder"), ("department", "15"), ("region", "上海")],
)
def test_a_channel_that_cannot_work_is_refused(work: Work, folder: Path, name: str, value: str) -> None:
    settings = {"folder": str(folder), "department": "0015", "region": "310000", name: value}
    with work.write(office.OFFICE) as session, pytest.raises(Invalid) as refused:
        configure.add(session, office.OFFICE, wanted=Wanted(name="x", kind="files", settings=settings))
    assert [fault.path for fault in refused.value.fields] == [f"settings.{name}"]


class TestKilled:
    """The drop is killed at each of its steps in turn, in a process of its own; nothing half is seen, nothing goes twice."""

    def test_at_every_step(self, folder: Path) -> None:
        steps = self._steps(folder, 0)
        assert steps > 20
        seen: list[str] = []
        for step in range(1, steps + 1):
            self._steps(folder, step)
            drop = self._drop(folder)
            item = self._item(step)
            for path in drops(folder):
                assert (path / "manifest.json").exists(), "what is seen is whole"
            [found] = drop.look_up([item])
            if found == "absent":
                drop.send([item], now=NOW)
            assert drop.look_up([item]) == ["taken"], (
                "it went; whether the platform has it, its receipt tells"
            )
        for path in drops(folder):
            seen += [entry["key"] for entry in json.loads((path / "manifest.json").read_text())["entries"]]
        assert sorted(seen) == sorted(self._item(step).key for step in range(steps + 1))

    def _drop(self, folder: Path) -> FileDrop:
        return FileDrop({"folder": str(folder), "department": "0015", "region": "310000", "layout": "2018"})

    def _item(self, number: int) -> Item:
        columns = telling.penalty_columns(number)
        content = {"columns": columns, "decided_on": "2026-11-12", "marks": [], "subject": {}}
        return Item(f"key-{number}", number, "publish", f"r{number}", 1, "penalty", False, content, {})

    def _steps(self, folder: Path, last: int) -> int:
        """Drops one item in a child that is killed at its step `last` (0: not at all); returns how many steps it made.

        A step is what the system is asked for: to open, rename, make or remove something."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _count_and_die(last, writing)
            self._drop(folder).send([self._item(last)], now=NOW)
            os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            return len(told.read())


def _count_and_die(last: int, writing: int) -> None:
    made = 0

    def heard(event: str, _arguments: tuple[object, ...]) -> None:
        nonlocal made
        if event in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir"):
            made += 1
            os.write(writing, b".")
            if made == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(heard)


def _rows(path: Path) -> Any:
    return parse(path).getroot()


def _imported(path: Path, kind: str) -> list[Any]:
    """The rows as an import of the office's own reads them."""
    with open_file(path) as sheets:
        (_, headers), *lines = list(sheets[0].rows())
    found = recognise(headers, LAYOUTS[kind])
    assert found is not None
    return [
        read_row(found.layout, {field: cells[place] for field, place in found.places.items()})
        for _, cells in lines
    ]


def _receipt(folder: Path, name: str, items: list[dict[str, Any]]) -> None:
    (folder / "receipts" / f"{name}.json").write_text(json.dumps({"items": items}))
