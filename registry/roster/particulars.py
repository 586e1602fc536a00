"""Particulars that change: what each was and is, since when, why, who recorded it and when. What was never goes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, insert, or_, select

from registry.kernel.work import WorkSession
from registry.roster.tables import ParticularRow

CONTEXT = "reg_particulars.change"

TITLES: Mapping[str, str] = {
    "name": "名称",
    "uscc": "统一社会信用代码",
    "licence_number": "执业许可证号",
    "form": "组织形式",
    "district": "所在区",
    "head": "负责人",
    "head_person": "负责人的在册档案",
    "head_office": "总所",
    "authority": "主管机关",
    "address": "地址",
    "phone": "电话",
    "established_on": "成立日期",
    "id_type": "证件类型",
    "id_number": "证件号码",
    "category": "执业类别",
}
"""Every particular with a history, with its title."""

SEALED = frozenset({"id_number"})
"""Particulars whose values no page shows."""
PRIVATE = SEALED | {"phone"}
"""Those of a person that are not shown; an organisation's telephone is public."""


@dataclass(frozen=True)
class Change:
    """One change, in force from `since` (None: always). `before` and `after` are texts, None where there was nothing.

    A correction answers a slip: `before` never held. `recorded_by` is the public id of who recorded it.
    """

    id: int
    field: str
    before: str | None
    after: str | None
    since: date | None
    reason: str
    correction: bool
    recorded_at: datetime
    recorded_by: str

    @property
    def title(self) -> str:
        return TITLES[self.field]


def of_organisation(session: WorkSession, organisation_id: int) -> list[Change]:
    """Every change of an organisation (row id), in the order of their days."""
    return _changes(session, ParticularRow.organisation_id == organisation_id)


def of_practitioner(
    session: WorkSession, practitioner_id: int, licences: Sequence[int] = ()
) -> dict[int, list[Change]]:
    """The changes of a person (row id) at 0, and those of each licence at its row id, in the order of their days."""
    condition = or_(ParticularRow.practitioner_id == practitioner_id, ParticularRow.licence_id.in_(licences))
    found: dict[int, list[Change]] = {0: [], **{licence: [] for licence in licences}}
    for row in session.scalars(select(ParticularRow).where(condition).order_by(ParticularRow.id)):
        found[row.licence_id or 0].append(_change(session, row))
    return {owner: _in_order(changes) for owner, changes in found.items()}


def value_on(changes: Iterable[Change], field: str, current: str | None, on: date) -> str | None:
    """What a particular was on the day `on`, from its changes and its present value. Pure."""
    own = [change for change in _in_order(changes) if change.field == field]
    held = [change for change in own if change.since is None or change.since <= on]
    if held:
        return held[-1].after
    return own[0].before if own else current


def former(changes: Iterable[Change], field: str) -> list[str]:
    """What a particular was before, oldest first; slips that were corrected are not among them. Pure."""
    return [
        change.before
        for change in _in_order(changes)
        if change.field == field and not change.correction and change.before
    ]


def names_of(session: WorkSession, organisations: Sequence[int]) -> dict[int, list[Change]]:
    """The changes of name of organisations (row ids); only of those that bore another."""
    changes: dict[int, list[Change]] = {}
    named = ParticularRow.organisation_id.in_(organisations) & (ParticularRow.field == "name")
    for row in session.scalars(select(ParticularRow).where(named)):
        changes.setdefault(row.organisation_id or 0, []).append(_change(session, row))
    return changes


def last_change(changes: Iterable[Change], field: str) -> Change | None:
    """The change that gave a particular its present value."""
    own = [change for change in _in_order(changes) if change.field == field]
    return own[-1] if own else None


def add(
    session: WorkSession,
    subject: Mapping[str, int],
    values: Mapping[str, tuple[str | None, str | None]],
    *,
    known: Iterable[Change],
    on: date | None,
    reason: str,
    correction: bool,
) -> None:
    """Keeps changes of one subject (`organisation_id`, `practitioner_id` or `licence_id`), by field: before and after.

    A correction holds from the day of the change that it answers, or always if the slip was there from the beginning.
    """
    rows = []
    for field, (before, after) in values.items():
        answered = last_change(known, field) if correction else None
        change = {"before": before, "after": after, "reason": reason}
        rows.append(
            {
                "organisation_id": None,
                "practitioner_id": None,
                "licence_id": None,
                **subject,
                "field": field,
                "since": (answered.since if answered else None) if correction else on,
                "change": session.keys.encrypt(json.dumps(change, ensure_ascii=False), CONTEXT),
                "correction": correction,
                "corrects_id": answered.id if answered else None,
                "recorded_at": session.now,
                "recorded_by": session.actor.id,
            }
        )
    session.execute(insert(ParticularRow), rows)


def _in_order(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: (change.since or date.min, change.id))


def _changes(session: WorkSession, condition: ColumnElement[bool]) -> list[Change]:
    rows = session.scalars(select(ParticularRow).where(condition))
    return _in_order(_change(session, row) for row in rows)


def _change(session: WorkSession, row: ParticularRow) -> Change:
    change = json.loads(session.keys.decrypt(row.change, CONTEXT))
    return Change(
        id=row.id,
        field=row.field,
        before=change["before"],
        after=change["after"],
        since=row.since,
        reason=change["reason"],
        correction=row.correction,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
    )
