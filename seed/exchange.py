"""A platform that fetches files: what became public in the last weeks lies in the folder `exchange`, most of it with a receipt."""

import json
from datetime import date
from pathlib import Path

from publicity.feed import configure, deliver
from publicity.feed.configure import Wanted
from seed.office import Office, at

NAME = "市信用平台（文件交换）"
AHEAD = 21
_DEPARTMENT = "0015"


def opened(office: Office, _day: date) -> None:
    """The channel, from now on; what was public before was reported by hand."""
    folder = _folder(office)
    folder.mkdir(mode=0o700, exist_ok=True)
    settings = {"folder": str(folder), "department": _DEPARTMENT, "region": "310000"}
    wanted = Wanted(name=NAME, kind="files", settings=settings, start="head")
    with office.work.write(office.actors["admin"]) as session:
        channel = configure.add(session, session.actor, wanted=wanted).public_id
        configure.resume(session, session.actor, channel=channel)


def told(office: Office) -> None:
    """Drops what there is and lets the platform answer: one entry is refused, the last drop has no receipt yet."""
    today = office.city.today
    office.clock.set(at(today, 17))
    before = set(_drops(office))
    deliver.run(office.work)
    drops = [drop for drop in _drops(office) if drop not in before]
    refused = {"result": "rejected", "code": "1", "message": "处罚依据：应写明条、款、项"}
    for number, drop in enumerate(drops[:-1] or drops):
        entries = json.loads((drop / "manifest.json").read_text(encoding="utf-8"))["entries"]
        items = [
            {
                "index": entry["index"],
                **(refused if number == 0 and entry is entries[-1] else {"result": "accepted"}),
            }
            for entry in entries
        ]
        receipt = _folder(office) / "receipts" / f"{drop.name}.json"
        receipt.write_text(json.dumps({"items": items}, ensure_ascii=False), encoding="utf-8")
    deliver.run(office.work)


def _folder(office: Office) -> Path:
    if office.work.home is None:
        raise ValueError("the demo city has a folder of its own")
    return office.work.home / "exchange"


def _drops(office: Office) -> list[Path]:
    return sorted(_folder(office).glob(f"{_DEPARTMENT}_*"))
