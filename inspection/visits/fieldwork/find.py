"""What was noted at a visit, as pages, papers and the review read it: frozen, with who said it when."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.plan.tables import MatterRow, TaskRow
from inspection.visits.fieldwork import checklists, presence, signatures
from inspection.visits.fieldwork.kinds import KINDS, SUBSTANCE, Content
from inspection.visits.fieldwork.note import ASIDE, CONTEXT
from inspection.visits.fieldwork.tables import FieldNoteRow
from inspection.visits.tables import VisitRow
from registry.accounts.staff import names
from registry.credit import evidence
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession


@dataclass(frozen=True)
class Noted:
    """One fact. `by` is a name, `staff` the account (public id), `certificate` what they inspect under."""

    position: int
    operation: str
    kind: str
    kind_title: str
    item: str
    content: Content = field(repr=False)
    noted_at: datetime
    received_at: datetime
    by: str
    staff: str
    certificate: str | None
    aside: str | None
    """Why it counts for nothing, in words; None for what counts."""


@dataclass(frozen=True)
class Answer:
    """An item of a checklist with the answer that counts; `noted` is None while nobody answered. `earlier` are the
    answers in whose place it came, the latest first, a colleague's too."""

    matter: str
    matter_name: str
    item: str
    text: str
    basis: str
    checklist: str
    value: str | None
    value_title: str
    note: str
    noted: Noted | None
    earlier: Sequence[Noted]


@dataclass(frozen=True)
class CheckIn:
    shown: str
    shown_title: str
    """What showed that they were there, in words."""
    reason: str
    noted: Noted


@dataclass(frozen=True)
class Signature:
    """`strokes` are lists of points in a field 1000 wide and `height` high; `path` is the `d` of an SVG path, `svg` a whole
    picture. Who refused to sign has none, but `reason` and `witness`. `stands`: nothing was changed since."""

    role: str
    role_title: str
    name: str
    refused: bool
    reason: str
    witness: str
    strokes: Sequence[Sequence[Sequence[int]]]
    height: int
    path: str
    svg: str
    stands: bool
    noted: Noted


@dataclass(frozen=True)
class Attachment:
    """A photo or document; `evidence` is the public id under which registry.credit.evidence keeps it."""

    digest: str
    evidence: str
    form: str
    name: str
    caption: str
    item: str
    media: str
    size: int
    fault: str | None
    noted: Noted


@dataclass(frozen=True)
class Fieldwork:
    """`position` is that of the last fact; 0 while there is none."""

    visit: str
    position: int
    planned_on: date | None
    plan_note: str
    check_ins: Sequence[CheckIn]
    answers: Sequence[Answer]
    scene: Noted | None
    statement: Noted | None
    attachments: Sequence[Attachment]
    signatures: Sequence[Signature]
    aside: Sequence[Noted]
    counting: Sequence[Noted]
    """Every check-in, and of everything else the latest word."""
    covered: Sequence[str]
    """The operations that a signature drawn now would stand under."""

    @property
    def empty(self) -> bool:
        return self.position == 0

    @property
    def proposed(self) -> list[str]:
        """The finding codes that the answers propose."""
        asked = {item.code: item for one in checklists.table().lists for item in one.items.values()}
        refused = [asked[one.item] for one in self.answers if one.value == "no" and one.item in asked]
        return sorted({code for item in refused for code in item.proposes})


def of(session: WorkSession, visit: str) -> Fieldwork:
    """All that was noted at one visit. Raises NotFound."""
    row = session.execute(
        select(VisitRow.id, DrawRow.task_id)
        .join(SelectionRow, SelectionRow.id == VisitRow.selection_id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .where(VisitRow.public_id == visit)
    ).one_or_none()
    if row is None:
        raise NotFound("没有这次检查")
    task = session.scalars(select(TaskRow).where(TaskRow.id == row.task_id)).one()
    noted = _noted(session, row.id)
    counting = [one for one in noted if one.aside is None]
    latest = _latest(counting)
    appointment = latest.get(("appointment", ""))
    covered = sorted(one.operation for (kind, _), one in latest.items() if kind in SUBSTANCE)
    return Fieldwork(
        visit=visit,
        position=max((one.position for one in noted), default=0),
        planned_on=date.fromisoformat(appointment.content["planned_on"]) if appointment else None,
        plan_note=appointment.content["note"] if appointment else "",
        check_ins=[_check_in(one) for one in counting if one.kind == "check_in"],
        answers=_answers(task.matters, latest, counting),
        scene=latest.get(("scene", "")),
        statement=latest.get(("statement", "")),
        attachments=_attachments(session, visit, latest),
        signatures=[_signature(one, covered) for (kind, _), one in latest.items() if kind == "signature"],
        aside=[one for one in noted if one.aside is not None],
        counting=[
            *(one for one in counting if one.kind == "check_in"),
            *(one for (kind, _), one in latest.items() if kind != "check_in"),
        ],
        covered=covered,
    )


def planned(session: WorkSession, visits: Iterable[int]) -> Mapping[int, date]:
    """The days on which visits (row ids) are planned; those without an appointment are left out."""
    rows = session.execute(
        select(FieldNoteRow.visit_id, FieldNoteRow.day)
        .where(
            FieldNoteRow.visit_id.in_(set(visits)),
            FieldNoteRow.kind == "appointment",
            FieldNoteRow.outcome == "stored",
        )
        .order_by(FieldNoteRow.noted_at, FieldNoteRow.position)
    )
    return {row.visit_id: row.day for row in rows if row.day is not None}


def _noted(session: WorkSession, visit: int) -> list[Noted]:
    """In the order in which they were said; that they came in another order decides nothing."""
    rows = session.scalars(
        select(FieldNoteRow)
        .where(FieldNoteRow.visit_id == visit)
        .order_by(FieldNoteRow.noted_at, FieldNoteRow.position)
    ).all()
    known = names(session, {row.noted_by for row in rows})
    return [
        Noted(
            position=row.position,
            operation=row.operation,
            kind=row.kind,
            kind_title=KINDS[row.kind].title,
            item=row.item,
            content=json.loads(session.keys.decrypt(row.content, CONTEXT)),
            noted_at=row.noted_at,
            received_at=row.received_at,
            by=known.get(row.noted_by, row.noted_by),
            staff=row.noted_by,
            certificate=row.certificate,
            aside=ASIDE[row.rule] if row.rule else None,
        )
        for row in rows
    ]


_Latest = Mapping[tuple[str, str], Noted]


def _latest(counting: Sequence[Noted]) -> _Latest:
    """What counts of each kind and item. A file that was taken back is on record and not among them."""
    found: dict[tuple[str, str], Noted] = {}
    for one in counting:
        found[(one.kind, one.item)] = one
        if one.kind in ("file", "file_off"):
            found.pop(("file" if one.kind == "file_off" else "file_off", one.item), None)
    return found


def _check_in(one: Noted) -> CheckIn:
    shown: presence.Shown = one.content["shown"]
    return CheckIn(shown, presence.SHOWN[shown], one.content["reason"], one)


def _answers(matters: Sequence[MatterRow], latest: _Latest, counting: Sequence[Noted]) -> list[Answer]:
    """The items of every matter's list, and after them those that were answered and are retired since."""
    table = checklists.table()
    said: dict[tuple[str, str], list[Noted]] = defaultdict(list)
    for one in counting:
        if one.kind == "answer":
            said[(one.content["matter"], one.content["item"])].append(one)
    answers = []
    for matter in matters:
        checklist = table.of(matter.code, matter.object_kind)
        items = [*checklist.asked, *(item for item in checklist.items.values() if item.retired)]
        for item in items:
            given = said.get((matter.code, item.code), [])
            if item.retired and not given:
                continue
            noted = latest.get(("answer", f"{matter.code}/{item.code}"))
            told = noted.content if noted else {}
            answers.append(
                Answer(
                    matter=matter.code,
                    matter_name=matter.name,
                    item=item.code,
                    text=told.get("text", item.text),
                    basis=told.get("basis", item.basis),
                    checklist=told.get("checklist", f"{checklist.code}@{checklist.version}"),
                    value=told.get("value"),
                    value_title=table.answers.get(told.get("value", ""), ""),
                    note=told.get("note", ""),
                    noted=noted,
                    earlier=[one for one in reversed(given) if one is not noted],
                )
            )
    return answers


def _attachments(session: WorkSession, visit: str, latest: _Latest) -> list[Attachment]:
    kept = {one.digest: one for one in evidence.of(session, visit)}
    return [
        Attachment(
            digest=one.item,
            evidence=kept[one.item].public_id,
            form=one.content["form"],
            name=kept[one.item].name,
            caption=one.content["caption"],
            item=one.content["item"],
            media=kept[one.item].media,
            size=kept[one.item].size,
            fault=kept[one.item].fault,
            noted=one,
        )
        for (kind, _), one in latest.items()
        if kind == "file" and one.item in kept
    ]


def _signature(one: Noted, covered: Sequence[str]) -> Signature:
    told = one.content
    who, _, certificate = told["role"].partition(":")
    title = {"subject": "检查对象", "witness": "见证人", "inspector": f"检查人员（{certificate}）"}[who]
    return Signature(
        role=told["role"],
        role_title=title,
        name=told["name"],
        refused=told["refused"],
        reason=told["reason"],
        witness=told["witness"],
        strokes=told["strokes"],
        height=told["height"],
        path=signatures.path(told["strokes"]),
        svg=signatures.svg(told["strokes"], told["height"]),
        stands=sorted(told["covers"]) == list(covered),
        noted=one,
    )
