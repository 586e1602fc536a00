"""The demo city's visits on a phone: one is planned and half done, one is complete but for its finding."""

import hashlib
import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from PIL import Image, ImageDraw

from inspection.plan.find import certificate_of
from inspection.visits import find as visits
from inspection.visits.fieldwork import files, presence
from inspection.visits.fieldwork.checklists import table
from inspection.visits.fieldwork.kinds import SUBSTANCE
from inspection.visits.fieldwork.note import Operation, note
from inspection.visits.find import VisitPage
from registry.credit.evidence_store import Store
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from seed.office import SEED, Office

_STROKES = [
    [[180, 140], [260, 110], [340, 130], [300, 220], [240, 300], [170, 340]],
    [[420, 90], [410, 190], [400, 320], [430, 330]],
    [[520, 160], [600, 150], [680, 165], [620, 240], [560, 320], [700, 330], [760, 300]],
]


def begun(office: Office) -> None:
    """The last two open visits, whose inspectors have accounts."""
    with office.work.read(SEED) as session:
        opened, _ = visits.worklist(session, states=["assigned"], limit=1000)
        holders = {certificate_of(session, actor.id): actor for actor in office.actors.values()}
    for visit, complete in zip(opened[-2:], (True, False), strict=False):
        actor = next((holders[one] for one in visit.inspectors if one in holders), None)
        if actor is not None:
            _Phone(office, visit, actor).notes(complete=complete)


class _Phone:
    def __init__(self, office: Office, visit: VisitPage, actor: Actor) -> None:
        self._office, self._visit, self._actor = office, visit, actor
        self._covers: list[str] = []

    def notes(self, *, complete: bool) -> None:
        office, visit = self._office, self._visit
        planned_on = local_day(office.clock.now())
        self._note("appointment", {"planned_on": planned_on.isoformat(), "note": "上午到所，先核对执业证"})
        self._note("check_in", {"code": presence.token(office.work.keys, visit.public_id)})
        items = table().of("LS-01", "law_firm").asked
        for number, item in enumerate(items if complete else items[:2]):
            value, told = ("no", "收费标准未在前台公示") if item.proposes == ("B",) else ("yes", "")
            if number == len(items) - 1:
                value = "na"
            self._note("answer", {"matter": "LS-01", "item": item.code, "value": value, "note": told})
        if not complete:
            return
        self._note(
            "scene", {"text": "负责人和行政主管在场。抽查案卷 8 份、收费票据存根 3 本，查看前台公示栏。"}
        )
        self._photo("前台公示栏")
        self._note("statement", {"text": "已请广告公司重做公示牌，三个工作日内挂出。"})
        for role, name in ((f"inspector:{visit.inspectors[0]}", ""), ("subject", "行政主管")):
            signed = {"role": role, "name": name, "strokes": _STROKES, "height": 480}
            self._note("signature", {**signed, "covers": sorted(self._covers)})

    def _photo(self, caption: str) -> None:
        picture = Image.new("RGB", (480, 320), "#d8dde3")
        ImageDraw.Draw(picture).rectangle((60, 50, 420, 270), fill="#f7f7f2", outline="#5c6670", width=4)
        written = io.BytesIO()
        picture.save(written, "JPEG")
        content = written.getvalue()
        digest = hashlib.sha256(content).hexdigest()
        with self._office.work.write(self._actor) as session:
            files.put(
                session,
                session.actor,
                store=Store.of(self._office.work),
                visit=self._visit.public_id,
                digest=digest,
                name="公示栏.jpg",
                content=content,
            )
        self._note("file", {"digest": digest, "form": "photo", "name": "公示栏.jpg", "caption": caption})

    def _note(self, kind: str, content: Mapping[str, Any]) -> None:
        office = self._office
        office.clock.advance(timedelta(minutes=4))
        with office.work.write(self._actor) as session:
            operation = Operation(session.new_id(), self._visit.public_id, kind, content, session.now)
            note(session, session.actor, operation=operation)
        if kind in SUBSTANCE:
            self._covers.append(operation.id)
