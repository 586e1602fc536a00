"""What waits in the office, for programs that remind: every work list with its duties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from marshmallow import Schema, fields

from registry.kernel.access import current_actor
from registry.kernel.host import host
from registry.kernel.part import Duty
from registry.kernel.work import WorkSession
from registry.web.api.ground import Concern
from registry.web.api.scopes import WORKLISTS

MOST = 100

concern = Concern("worklists", "待办清单")


class DutySchema(Schema):
    title = fields.String(required=True)
    since = fields.Date(required=True)
    due = fields.Date(required=True, allow_none=True, metadata={"description": "期限的最后一日"})
    provisional = fields.Boolean(required=True)
    overdue = fields.Boolean(required=True)


class WorklistSchema(Schema):
    title = fields.String(required=True)
    duties = fields.List(
        fields.Nested(DutySchema), required=True, metadata={"description": f"至多 {MOST} 件，最早到期的在前"}
    )


@dataclass(frozen=True)
class Waiting:
    title: str
    since: date
    due: date | None
    provisional: bool
    overdue: bool


@dataclass(frozen=True)
class Open:
    """One work list; `next` is its place."""

    title: str
    duties: Sequence[Waiting]
    next: int


@concern.listing("/worklists", permission=WORKLISTS, item=WorklistSchema, key=attrgetter("next"))
def worklists(
    session: WorkSession, _asked: Mapping[str, Any], after: int | None, limit: int
) -> Sequence[Open]:
    """待办清单

    工作人员得到本人可以办理的，接口客户端得到全部。
    """
    actor = current_actor()
    mine = [
        (place, one)
        for place, one in enumerate(host().worklists)
        if (actor.kind == "client" or actor.may(one.permission)) and (after is None or place > after)
    ]
    return [
        Open(one.title, [_waiting(duty, session.today) for duty in one.open(session, MOST)], place)
        for place, one in mine[:limit]
    ]


def _waiting(duty: Duty, today: date) -> Waiting:
    overdue = duty.due is not None and duty.due < today
    return Waiting(duty.title, duty.since, duty.due, duty.provisional, overdue)
