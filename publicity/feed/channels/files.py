"""File drop: a folder that the platform picks up from, by whatever carries files.

A drop is a folder `<department>_<yyyymmdd>_<five digits>` that appears whole, by one rename. In it are the sheets as xlsx,
the same rows as XML (`<department><catalogue>_<yyyymmdd>_<sequence>.xml` with `<DATAS><DATA>`, catalogue 01 penalties, 02
permits), `withdrawals.xml` with the natural keys of what has ended, and `manifest.json`: each file's SHA-256 and rows, and
each entry's index and key. The platform answers with `receipts/<name of the drop>.json`, items as POST /feed/v1/receipts has them.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from publicity.feed import rows
from publicity.feed.channels.channel import Answers, Channel, Found, Item, Kind, Setting
from publicity.feed.states import Outcome
from registry.kernel.clock import local_day
from registry.kernel.workbook import write_sheet
from registry.roster.layout import Layout

_CATALOGUE = {"penalty": "01", "permit": "02"}
_LARGEST_RECEIPT = 16 << 20


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
        return [Outcome("taken", platform_id=name)] * len(items)

    def look_up(self, items: Sequence[Item]) -> Sequence[Found]:
        """Whether it was dropped: a drop whose staging is still there was never renamed."""
        try:
            dropped = self._dropped()
        except OSError:
            return ["untold"] * len(items)
        return ["there" if item.key in dropped else "absent" for item in items]

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
        for own in (".staging", ".sent", "receipts"):
            (self._folder / own).mkdir(exist_ok=True)
        name, staging = self._reserve(day)
        manifest = {
            "drop": name,
            "files": [_listed(path, count) for path, count in self._write(staging, items, name, day)],
            "entries": [
                {"index": item.position, "key": item.key, "record": item.record, "action": item.action}
                for item in items
            ],
        }
        _write(staging / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        _write(self._folder / ".sent" / f"{name}.json", json.dumps(manifest).encode())
        staging.rename(self._folder / name)
        _sync(self._folder)
        return name

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
            keys = ({"kind": item.kind, **item.identity, **_text(item.content)} for item in ended)
            _write(path, _xml("WITHDRAWALS", "WITHDRAWAL", keys))
            yield path, len(ended)

    def _dropped(self) -> set[str]:
        keys: set[str] = set()
        for path in sorted((self._folder / ".sent").glob("*.json")):
            staging = self._folder / ".staging" / path.stem
            if staging.exists():
                # Killed before the rename: the drop never appeared. Its manifest goes first, or it would seem sent.
                path.unlink()
                shutil.rmtree(staging)
                continue
            keys.update(entry["key"] for entry in json.loads(path.read_bytes())["entries"])
        return keys


def _answers(path: Path) -> Mapping[int, tuple[str, str | None, str | None, str | None]] | None:
    try:
        items = json.loads(path.read_bytes())["items"]
        answers = {
            item["index"]: (item["result"], item.get("code"), item.get("message"), item.get("platform_id"))
            for item in items
        }
    except (ValueError, KeyError, TypeError, AttributeError):
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
    count = write_sheet(path, headers, ([cells[column.field] for column in sheet.columns] for cells in lines))
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
