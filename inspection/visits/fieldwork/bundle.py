"""What a phone takes along: the open visits of one inspector with all that is needed where there is no network."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from inspection.ceremony.substitute import SEAT_GROUNDS, UNIT_GROUNDS
from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.plan.find import certificate_of
from inspection.plan.tables import TaskRow
from inspection.visits import codes, joint, replace
from inspection.visits import find as visits
from inspection.visits.fieldwork import checklists, find, presence
from inspection.visits.fieldwork.figures import FIGURES
from inspection.visits.find import VisitPage
from inspection.visits.tables import RECORDABLE, VisitRow
from registry.credit.evidence_types import LIMIT
from registry.kernel.access import Actor
from registry.kernel.work import WorkSession
from registry.roster.admission import ADDRESS_CONTEXT, OFFICE_PHONE_CONTEXT
from registry.roster.kinds import district_name
from registry.roster.tables import OrganisationRow

MOST = 200


@dataclass(frozen=True)
class Stop:
    """A visit on the way of its team. `address` and `phone` are the office's, for the team alone."""

    visit: VisitPage
    district: str
    district_title: str
    address: str
    phone: str
    planned_on: date | None


def stops(session: WorkSession, actor: Actor) -> list[Stop]:
    """The open visits of whoever asks, by day and then by district, so that neighbours follow each other."""
    actor.require("visit.record")
    certificate = certificate_of(session, actor.id)
    if certificate is None:
        return []
    listed, _ = visits.worklist(session, states=RECORDABLE, certificate=certificate, limit=MOST)
    rows = {
        row.public_id: row.id
        for row in session.execute(
            select(VisitRow.public_id, VisitRow.id).where(
                VisitRow.public_id.in_([one.public_id for one in listed])
            )
        )
    }
    places = {
        place.public_id: place
        for place in session.scalars(
            select(OrganisationRow).where(OrganisationRow.public_id.in_([one.organisation for one in listed]))
        )
    }
    planned = find.planned(session, rows.values())
    found = [
        _stop(session, one, places.get(one.organisation), planned.get(rows[one.public_id])) for one in listed
    ]
    return sorted(
        found,
        key=lambda stop: (
            stop.planned_on or date.max,
            stop.district,
            stop.address,
            stop.visit.deadline,
            stop.visit.public_id,
        ),
    )


def _stop(
    session: WorkSession, visit: VisitPage, place: OrganisationRow | None, planned_on: date | None
) -> Stop:
    def opened(sealed: bytes | None, context: str) -> str:
        return session.keys.decrypt(sealed, context) if sealed else ""

    return Stop(
        visit=visit,
        district=place.district if place else "",
        district_title=district_name(place.district) if place else "",
        address=opened(place.address, ADDRESS_CONTEXT) if place else "",
        phone=opened(place.phone, OFFICE_PHONE_CONTEXT) if place else "",
        planned_on=planned_on,
    )


def bundle(session: WorkSession, actor: Actor) -> dict[str, Any]:
    """Everything for the phone, as JSON. The letter's code is not in it, or scanning would show nothing."""
    known = codes.table()
    return {
        "staff": actor.id,
        "name": actor.name,
        "certificate": certificate_of(session, actor.id),
        "at": session.now.isoformat(),
        "today": session.today.isoformat(),
        "answers": dict(checklists.table().answers),
        "findings": [asdict(code) for code in known.findings.values()],
        "measures": dict(known.measures),
        "seat_grounds": dict(SEAT_GROUNDS),
        "unit_grounds": dict(UNIT_GROUNDS),
        "limits": {
            "file": LIMIT,
            "edge": FIGURES.photo_edge,
            "quality": FIGURES.photo_quality,
            "batch": FIGURES.batch,
            "least_points": FIGURES.least_points,
        },
        "visits": [_packed(session, stop) for stop in stops(session, actor)],
    }


def _packed(session: WorkSession, stop: Stop) -> dict[str, Any]:
    visit = stop.visit
    work = find.of(session, visit.public_id)
    return {
        "id": visit.public_id,
        "state": visit.state,
        "state_title": visit.state_title,
        "subject": visit.subject_name,
        "place": visit.organisation_name,
        "district": stop.district_title,
        "address": stop.address,
        "phone": stop.phone,
        "deadline": visit.deadline.isoformat(),
        "planned_on": stop.planned_on.isoformat() if stop.planned_on else None,
        "plan_note": work.plan_note,
        "task": visit.task_title,
        "together": [
            {"id": one.public_id, "task": one.task_title, "team": list(one.certificates)}
            for one in joint.of(session, visit.public_id)
        ],
        "team": list(visit.inspectors),
        "asked": [
            one.ground_title for one in replace.requests(session, visit.public_id) if one.state == "asked"
        ],
        "matters": _matters(session, visit.public_id),
        "code": presence.fingerprint(session.keys, visit.public_id),
        "position": work.position,
        "finding": _finding(visit),
        "notes": [_note(one) for one in work.counting],
    }


def _matters(session: WorkSession, visit: str) -> list[dict[str, Any]]:
    task = session.scalars(
        select(TaskRow)
        .join(DrawRow, DrawRow.task_id == TaskRow.id)
        .join(SelectionRow, SelectionRow.draw_id == DrawRow.id)
        .join(VisitRow, VisitRow.selection_id == SelectionRow.id)
        .where(VisitRow.public_id == visit)
    ).one()
    told = []
    for matter in task.matters:
        checklist = checklists.table().of(matter.code, matter.object_kind)
        told.append(
            {
                "code": matter.code,
                "name": matter.name,
                "content": matter.content,
                "basis": matter.basis,
                "checklist": {
                    "title": checklist.title,
                    "version": checklist.version,
                    "items": [asdict(item) for item in checklist.asked],
                },
            }
        )
    return told


def _finding(visit: VisitPage) -> Mapping[str, Any] | None:
    if visit.recorded_at is None or visit.visited_on is None:
        return None
    return {
        "visited_on": visit.visited_on.isoformat(),
        "codes": list(visit.codes),
        "results": list(visit.results),
        "measure": visit.measure,
        "measure_title": visit.measure_title,
        "note": visit.note or "",
        "at": visit.recorded_at.isoformat(),
        "by": visit.recorded_by,
    }


def _note(one: find.Noted) -> dict[str, Any]:
    return {
        "id": one.operation,
        "kind": one.kind,
        "item": one.item,
        "content": one.content,
        "noted_at": one.noted_at.isoformat(),
        "by": one.by,
        "staff": one.staff,
    }
