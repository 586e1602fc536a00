"""Reads of the directory: for the office with names and reasons, for the public by certificate number alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from inspection.plan.directory.leave import SEALED
from inspection.plan.directory.tables import InspectorChangeRow, LeaveRow
from inspection.plan.tables import InspectorRow, RecusalRow
from registry.accounts.staff import everybody
from registry.accounts.tables import StaffRow
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.roster.kinds import district_name, titles
from registry.roster.tables import OrganisationRow, PractitionerRow

STATES = {"serving": "在岗", "leave": "请假中", "expired": "证件已过期", "left": "已离岗"}
FIELDS = {
    "name": "姓名",
    "valid_until": "证件有效期至",
    "unit": "单位",
    "district": "所在区",
    "lead": "可任组长",
    "kinds": "检查范围",
    "ended_on": "离岗日期",
}


@dataclass(frozen=True)
class InspectorLine:
    """One inspector as the office lists them; the public sees no name and no unit. `state` is a key of STATES."""

    public_id: str
    certificate: str
    name: str
    unit: str
    kinds: Sequence[str]
    lead: bool
    district: str
    valid_until: date
    expired: bool
    state: str


@dataclass(frozen=True)
class Leave:
    """`reason` is None where it is not for the reader. `over`: it has ended, or was taken back."""

    public_id: str
    starts_on: date
    ends_on: date
    reason: str | None
    over: bool
    taken_back: bool


@dataclass(frozen=True)
class Recusal:
    """A pair that stands, or was lifted. `subject` is the public id of an organisation or a person."""

    id: int
    subject: str
    subject_name: str
    person: bool
    reason: str | None
    declared_at: datetime
    declared_by: str | None
    lifted_at: datetime | None


@dataclass(frozen=True)
class Change:
    """`fields`: (title, before, after) in words."""

    at: datetime
    by: str
    fields: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class InspectorPage:
    """Everything about one inspector, for the office and for themselves."""

    line: InspectorLine
    kind_codes: Sequence[str]
    district_code: str | None
    ended_on: date | None
    account: str | None
    """User name of the linked account."""
    leaves: Sequence[Leave]
    recusals: Sequence[Recusal]
    changes: Sequence[Change]


@dataclass(frozen=True)
class Listed:
    """An inspector in public: by certificate number, with leave and recusals, without reasons. `organisations` are those
    that they are recused from, by (public id, name); of persons only the number is told."""

    certificate: str
    kinds: Sequence[str]
    lead: bool
    district: str
    valid_until: date
    leaves: Sequence[Leave]
    organisations: Sequence[tuple[str, str]]
    persons: int


def inspectors(
    session: Session,
    *,
    on: date,
    limit: int,
    after: str | None = None,
    q: str = "",
    kind: str = "",
    district: str = "",
    state: str = "",
) -> tuple[list[InspectorLine], str | None]:
    """The directory as it is on the day `on`, by certificate, and the cursor of the next page. Empty filters let everybody
    pass; those who have left are listed only when asked for."""
    query = _filtered(on, q=q, kind=kind, district=district, state=state).order_by(InspectorRow.certificate)
    query = query.limit(limit + 1)
    rows = session.scalars(query if after is None else query.where(InspectorRow.certificate > after)).all()
    page = rows[:limit]
    away = _on_leave(session, [row.id for row in page], on)
    return [_line(row, on, away) for row in page], page[-1].certificate if len(rows) > limit else None


def inspector(session: WorkSession, public_id: str) -> InspectorPage:
    """One inspector with the whole history. Raises NotFound."""
    row = session.scalar(select(InspectorRow).where(InspectorRow.public_id == public_id))
    if row is None:
        raise NotFound("名录中没有这名检查人员")
    on = session.today
    changes = session.scalars(
        select(InspectorChangeRow)
        .where(InspectorChangeRow.inspector_id == row.id)
        .order_by(InspectorChangeRow.id.desc())
    )
    return InspectorPage(
        line=_line(row, on, _on_leave(session, [row.id], on)),
        kind_codes=row.kinds,
        district_code=row.district,
        ended_on=row.ended_on,
        account=session.scalar(select(StaffRow.username).where(StaffRow.id == row.staff_id)),
        leaves=_leaves(session, [row.id], on=on, sealed=False).get(row.id, []),
        recusals=_recusals(session, [row.id], lifted=True, sealed=False).get(row.id, []),
        changes=[
            Change(
                one.changed_at,
                one.changed_by,
                [
                    (FIELDS[name], _words(name, one.before.get(name)), _words(name, one.after[name]))
                    for name in sorted(one.after)
                ],
            )
            for one in changes
        ],
    )


def own(session: Session, staff: str) -> str | None:
    """The inspector (public id) whose account (public id) this is."""
    return session.scalar(
        select(InspectorRow.public_id)
        .join(StaffRow, StaffRow.id == InspectorRow.staff_id)
        .where(StaffRow.public_id == staff)
    )


def accounts(session: WorkSession) -> list[tuple[int, str]]:
    """Accounts (row id, name and user name) that may record visits and that no inspector has yet."""
    wanted = {
        member.username: f"{member.name}（{member.username}）"
        for member in everybody(session)
        if "inspector" in member.roles and member.ended_at is None
    }
    rows = session.execute(
        select(StaffRow.id, StaffRow.username)
        .where(StaffRow.username.in_(wanted), ~exists().where(InspectorRow.staff_id == StaffRow.id))
        .order_by(StaffRow.username)
    )
    return [(row.id, wanted[row.username]) for row in rows]


def listed(
    session: WorkSession, *, on: date, limit: int | None = None, after: str | None = None
) -> tuple[list[Listed], str | None]:
    """The public directory on the day `on`, by certificate, and the cursor of the next page."""
    query = _filtered(on).order_by(InspectorRow.certificate)
    query = query.limit(None if limit is None else limit + 1)
    rows = session.scalars(query if after is None else query.where(InspectorRow.certificate > after)).all()
    page = rows[:limit]
    ids = [row.id for row in page]
    leaves = _leaves(session, ids, on=on, sealed=True)
    recusals = _recusals(session, ids, lifted=False, sealed=True)
    lines = [
        Listed(
            row.certificate,
            [titles()[kind] for kind in row.kinds],
            row.lead,
            district_name(row.district) if row.district else "市级",
            row.valid_until,
            [leave for leave in leaves.get(row.id, ()) if not leave.over],
            [(one.subject, one.subject_name) for one in recusals.get(row.id, ()) if not one.person],
            sum(one.person for one in recusals.get(row.id, ())),
        )
        for row in page
    ]
    return lines, page[-1].certificate if limit is not None and len(rows) > limit else None


def _filtered(
    on: date, *, q: str = "", kind: str = "", district: str = "", state: str = ""
) -> Select[InspectorRow]:
    query = select(InspectorRow)
    left = InspectorRow.ended_on.is_not(None) & (InspectorRow.ended_on <= on)
    query = query.where(left if state == "left" else ~left)
    if q:
        query = query.where(
            or_(
                InspectorRow.name.contains(q, autoescape=True),
                InspectorRow.unit.contains(q, autoescape=True),
                InspectorRow.certificate.startswith(q.upper(), autoescape=True),
            )
        )
    if kind:
        # Kinds are canonical JSON, and no code holds a character that JSON would escape.
        query = query.where(InspectorRow.kinds.contains(f'"{kind}"', autoescape=True))
    if district:
        query = query.where(InspectorRow.district == district)
    if state == "expired":
        query = query.where(InspectorRow.valid_until < on)
    if state == "leave":
        query = query.where(exists().where(LeaveRow.inspector_id == InspectorRow.id, *_running(on)))
    if state == "serving":
        query = query.where(
            InspectorRow.valid_until >= on,
            ~exists().where(LeaveRow.inspector_id == InspectorRow.id, *_running(on)),
        )
    return query


def _running(on: date) -> tuple[Any, ...]:
    return LeaveRow.ended_at.is_(None), LeaveRow.starts_on <= on, LeaveRow.ends_on >= on


def _on_leave(session: Session, ids: Sequence[int], on: date) -> set[int]:
    return set(
        session.scalars(select(LeaveRow.inspector_id).where(LeaveRow.inspector_id.in_(ids), *_running(on)))
    )


def _line(row: InspectorRow, on: date, away: set[int]) -> InspectorLine:
    left = row.ended_on is not None and row.ended_on <= on
    expired = row.valid_until < on
    state = "left" if left else "expired" if expired else "leave" if row.id in away else "serving"
    return InspectorLine(
        row.public_id,
        row.certificate,
        row.name,
        row.unit,
        [titles()[kind] for kind in row.kinds],
        row.lead,
        district_name(row.district) if row.district else "市级",
        row.valid_until,
        expired,
        state,
    )


def _leaves(session: WorkSession, ids: Sequence[int], *, on: date, sealed: bool) -> Mapping[int, list[Leave]]:
    rows = session.scalars(
        select(LeaveRow).where(LeaveRow.inspector_id.in_(ids)).order_by(LeaveRow.starts_on.desc())
    )
    found: dict[int, list[Leave]] = defaultdict(list)
    for row in rows:
        leave = Leave(
            row.public_id,
            row.starts_on,
            row.ends_on,
            None,
            over=row.ended_at is not None or row.ends_on < on,
            taken_back=row.ended_at is not None,
        )
        if not sealed:
            leave = replace(leave, reason=session.keys.decrypt(row.reason, SEALED))
        found[row.inspector_id].append(leave)
    return found


def _recusals(
    session: WorkSession, ids: Sequence[int], *, lifted: bool, sealed: bool
) -> Mapping[int, list[Recusal]]:
    query = (
        select(RecusalRow, OrganisationRow, PractitionerRow)
        .outerjoin(OrganisationRow, OrganisationRow.id == RecusalRow.organisation_id)
        .outerjoin(PractitionerRow, PractitionerRow.id == RecusalRow.practitioner_id)
        .where(RecusalRow.inspector_id.in_(ids))
        .order_by(RecusalRow.id.desc())
    )
    found: dict[int, list[Recusal]] = defaultdict(list)
    for row, place, person in session.execute(
        query if lifted else query.where(RecusalRow.ended_at.is_(None))
    ):
        subject = place or person
        found[row.inspector_id].append(
            Recusal(
                row.id,
                subject.public_id,
                subject.name,
                place is None,
                None if sealed else session.keys.decrypt(row.reason, "insp_recusals.reason"),
                row.declared_at,
                row.declared_by,
                row.ended_at,
            )
        )
    return found


def _words(name: str, value: Any) -> str:
    if name == "kinds":
        return "、".join(titles().get(kind, kind) for kind in value or ())
    if name == "district":
        return district_name(value) if value else "市级"
    if name == "lead":
        return "是" if value else "否"
    return str(value) if value is not None else "—"
