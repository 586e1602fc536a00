"""File drop: a folder that the platform picks up from, by whatever carries files.

A drop is a folder `<department>_<yyyymmdd>_<five digits>` that appears whole, by one rename. In it are the sheets as xlsx,
the same rows as XML (`<department><catalogue>_<yyyymmdd>_<sequence>.xml` with `<DATAS><DATA>`, catalogue 01 penalties, 02
permits), `withdrawals.xml` with the natural keys of what has ended, and `manifest.json`: each file's SHA-256 and rows, and
each entry's index and key. The platform answers with `receipts/<name of the drop>.json`, items as POST /feed/v1/receipts has
them. For reconciliation it may put down what it shows, `holdings.json`: `{"drop": name of the last drop that it took in,
"records": {id: version}}`; without that nobody knows more than that a drop went and no receipt came.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from publicity.feed import rows
from publicity.feed.channels.channel import Answers, Channel, Found, Held, Item, Kind, Setting
from publicity.feed.states import Outcome
from registry.kernel.clock import local_day
from registry.kernel.workbook import write_sheet
from registry.roster.layout import Layout

_CATALOGUE = {"penalty": "01", "permit": "02"}
_LARGEST_RECEIPT = 16 << 20
_LARGEST_HOLDINGS = 256 << 20
_KEY = ("name", "document_number", "decided_on", "authority")
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What comes of reading JSON that somebody else wrote."""


class _Holdings(NamedTuple):
    """What the platform shows, as of the last drop that it took in: versions by record."""

    drop: str
    records: Mapping[str, int]


class FileDrop:
    """Drops into `folder`. Its `.staging` and `.sent` are ours: what is being written, and the manifests of what went."""

    batch = 200

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._folder = Path(settings["folder"])
        self._department = settings["department"]
        self._region = settings["region"]
        self._standard = settings["layout"]

    def send(self, items: Sequence[Item], *, now: datetime) -> Sequence[Outcome]:
        try:
            name = self._drop(items, f"{local_day(now):%Y%m%d}")
        except OSError as error:
            missing = isinstance(error, FileNotFoundError | PermissionError | NotADirectoryError)
            told = Outcome("refused" if missing else "later", "folder", type(error).__name__)
            return [told] * len(items)
        try:
            _sync(self._folder)
        except OSError as error:
            # It appeared, and may be gone again after a power cut.
            return [Outcome("unknown", "folder", type(error).__name__)] * len(items)
        return [Outcome("taken", platform_id=name)] * len(items)

    def look_up(self, items: Sequence[Item]) -> Sequence[Found]:
        """Whether it was dropped, and what the platform has put down since. A drop whose staging is still there was never
        renamed."""
        try:
            return [self._found(item, self._dropped.get(item.key)) for item in items]
        except (OSError, ValueError, KeyError, TypeError):
            return ["untold"] * len(items)

    def holds(self) -> Iterator[Held] | None:
        holdings = self._holdings
        return None if holdings is None else (Held(record) for record in holdings.records)

    def receipts(self) -> Iterator[Answers]:
        """What the platform put into `receipts/`; what nobody can read is left for a person to see."""
        for path in sorted((self._folder / "receipts").glob("*.json")):
            if path.stat().st_size <= _LARGEST_RECEIPT and (items := _answers(path)) is not None:
                yield Answers(path.name, items)

    def taken(self, receipt: str) -> None:
        """Puts a receipt that was stored aside."""
        aside = self._folder / "receipts" / "taken"
        aside.mkdir(exist_ok=True)
        (self._folder / "receipts" / receipt).replace(aside / receipt)

    def _drop(self, items: Sequence[Item], day: str) -> str:
        if not self._folder.is_dir():
            raise FileNotFoundError(self._folder)
        vars(self).pop("_dropped", None)  # read anew, with this drop among them
        for own in (".staging", ".sent", "receipts"):
            (self._folder / own).mkdir(exist_ok=True)
        name, staging = self._reserve(day)
        manifest = {
            "drop": name,
            "files": [_listed(path, count) for path, count in self._write(staging, items, name, day)],
            "entries": [
                {
                    "index": item.position,
                    "key": item.key,
                    "record": item.record,
                    "version": item.version,
                    "action": item.action,
                }
                for item in items
            ],
        }
        _write(staging / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        _write(self._folder / ".sent" / f"{name}.json", json.dumps(manifest).encode())
        staging.rename(self._folder / name)
        return name

    def _found(self, item: Item, drop: str | None) -> Found:
        if drop is None:
            return "absent"
        holdings = self._holdings
        if holdings is None or holdings.drop < drop:
            return "taken"
        shown = holdings.records.get(item.record)
        there = shown is None if item.ends else shown is not None and shown >= item.version
        return "there" if there else "absent"

    @cached_property
    def _holdings(self) -> _Holdings | None:
        """What the platform put down last, None where it never did or nobody can read it."""
        path = self._folder / "holdings.json"
        try:
            if path.stat().st_size > _LARGEST_HOLDINGS:
                return None
            told = json.loads(path.read_bytes())
            records = {str(record): int(version) for record, version in told["records"].items()}
            return _Holdings(str(told["drop"]), records)
        except (OSError, *_UNREADABLE):
            return None

    def _reserve(self, day: str) -> tuple[str, Path]:
        """The next name of the day: making its staging folder is what reserves it, also against another process."""
        prefix = f"{self._department}_{day}_"
        used = {
            path.stem
            for folder in (self._folder, self._folder / ".staging", self._folder / ".sent")
            for path in folder.glob(f"{prefix}*")
        }
        number = 1 + max((int(name.removeprefix(prefix)) for name in used), default=0)
        while True:
            staging = self._folder / ".staging" / f"{prefix}{number:05}"
            try:
                staging.mkdir()
            except FileExistsError:
                number += 1
            else:
                return staging.name, staging

    def _write(self, staging: Path, items: Sequence[Item], name: str, day: str) -> Iterator[tuple[Path, int]]:
        sequence = name.rpartition("_")[2]
        for kind in rows.KINDS:
            told = [item for item in items if item.kind == kind and not item.ends]
            if not told:
                continue
            form = {"standard": self._standard, "region": self._region}
            lines = [rows.cells(kind, item.content, **form) for item in told]
            coded = [rows.coded(kind, item.content, **form) for item in told]
            path = staging / f"{self._department}{_CATALOGUE[kind]}_{day}_{sequence}.xml"
            _write(path, _xml("DATAS", "DATA", coded))
            yield path, len(lines)
            for person in (False, True):
                sheet = rows.sheet(self._standard, kind, person=person)
                fitting = [
                    cells
                    for item, cells in zip(told, lines, strict=True)
                    if rows.of_person(item.content) is person
                ]
                if fitting:
                    path = staging / f"{kind}-{'person' if person else 'organisation'}.xlsx"
                    yield path, _sheet(path, sheet, fitting)
        ended = [item for item in items if item.ends]
        if ended:
            path = staging / "withdrawals.xml"
            keys = (
                {
                    "kind": item.kind,
                    **{part: item.identity.get(part, "") for part in _KEY},
                    **_text(item.content),
                }
                for item in ended
            )
            _write(path, _xml("WITHDRAWALS", "WITHDRAWAL", keys))
            yield path, len(ended)

    @cached_property
    def _dropped(self) -> dict[str, str]:
        """The name of the last drop that each key went in."""
        keys: dict[str, str] = {}
        for path in sorted((self._folder / ".sent").glob("*.json")):
            staging = self._folder / ".staging" / path.stem
            if staging.exists():
                # Killed before the rename: the drop never appeared. Its manifest goes first, or it would seem sent.
                path.unlink()
                shutil.rmtree(staging)
                continue
            keys.update((entry["key"], path.stem) for entry in json.loads(path.read_bytes())["entries"])
        return keys


def _answers(path: Path) -> Mapping[int, tuple[str, str | None, str | None, str | None]] | None:
    try:
        items = json.loads(path.read_bytes())["items"]
        answers = {
            item["index"]: (item["result"], item.get("code"), item.get("message"), item.get("platform_id"))
            for item in items
        }
    except _UNREADABLE:
        return None
    told = all(
        type(index) is int
        and answer[0] in ("accepted", "rejected")
        and all(part is None or isinstance(part, str) for part in answer)
        for index, answer in answers.items()
    )
    return answers if told else None


def _listed(path: Path, count: int) -> dict[str, object]:
    return {"name": path.name, "rows": count, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _sheet(path: Path, sheet: Layout, lines: Sequence[Mapping[str, str]]) -> int:
    headers = [column.titles[0] for column in sheet.columns]
    count = write_sheet(
        path,
        headers,
        ([cells[column.field] for column in sheet.columns] for cells in lines),
        name=sheet.title,
    )
    _sync(path)
    return count


def _xml(root: str, row: str, lines: Iterable[Mapping[str, str]]) -> bytes:
    tree = ET.Element(root)
    for cells in lines:
        element = ET.SubElement(tree, row)
        for code, value in cells.items():
            ET.SubElement(element, code).text = rows.writable(value)
    written: bytes = ET.tostring(tree, encoding="UTF-8", xml_declaration=True)
    return written


def _text(content: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in content.items()}


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and on the disk."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    _sync(part)
    part.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _check_folder(text: str) -> str | None:
    return None if Path(text).is_absolute() and Path(text).is_dir() else "应为已有文件夹的完整路径"


def _check_department(text: str) -> str | None:
    return None if re.fullmatch("[0-9]{4}", text) else "应为四位数字"


def _open(settings: Mapping[str, str], _secret: str, _timeout: float) -> Channel:
    return FileDrop(settings)


KIND = Kind(
    name="files",
    title="文件交换（xlsx、XML）",
    settings=(
        Setting("folder", "文件夹", "本机上的完整路径，由前置程序取走。", check=_check_folder),
        Setting("department", "部门编码", "平台分配的四位数字，用作文件名的开头。", check=_check_department),
        Setting(
            "region", "地方编码", "六位行政区划代码，填入 2015 年标准的“地方编码”。", check=rows.check_region
        ),
    ),
    secret="",
    check_secret=lambda _text: None,
    layouts=tuple(rows.STANDARDS),
    kinds=rows.KINDS,
    open=_open,
)
