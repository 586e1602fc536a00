"""A request for one's own record: who asks is made sure of, the request is logged, and the record opens for that day alone."""

from collections.abc import Mapping

from sqlalchemy import select

from registry.accounts import lookups
from registry.credit.casework import identity
from registry.credit.own_record.tables import OwnRecordRow
from registry.kernel.access import Actor, Permission
from registry.kernel.clock import local_day
from registry.kernel.faults import NotFound, Refused
from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.find import Found

ISSUE = "own_record.issue"
PERMISSIONS = (Permission(ISSUE, "为本人出具信用记录", frozenset({"clerk", "head"})),)
ACTS: Mapping[str, str] = {"own_record.ask": "受理本人信用记录查询"}


def ask(session: WorkSession, actor: Actor, *, number: str) -> str:
    """Opens the record of whoever the number names; returns the public id of the request.

    Raises Invalid without a number, NotFound when it is nobody's, Refused. The acts are `own_record.ask` on the request and the look-up
    `record.print` on the subject.
    """
    actor.require(ISSUE)
    known = identity.whose(session, number)
    if known is None:
        raise NotFound("登记簿中没有使用这个号码的机构或人员")
    found, told = known
    row = OwnRecordRow(
        public_id=session.new_id(),
        practitioner_id=found.id if found.kind == "practitioner" else None,
        organisation_id=found.id if found.kind == "organisation" else None,
        identified_by=told,
        actor=actor.id,
        asked_at=session.now,
    )
    session.add(row)
    session.act("own_record.ask", row.public_id, subject=found.public_id)
    lookups.note(session, "record.print", found.public_id, purpose="rights")
    return row.public_id


def opened(session: WorkSession, actor: Actor, *, request: str) -> tuple[Found, OwnRecordRow]:
    """Whose record a request opened. Raises NotFound, and Refused (`over`) for anybody else and on any later day."""
    actor.require(ISSUE)
    row = session.scalar(select(OwnRecordRow).where(OwnRecordRow.public_id == request))
    if row is None:
        raise NotFound("没有这次查询")
    if row.actor != actor.id or local_day(row.asked_at) != session.today:
        raise Refused("本人信用记录只在核验身份的当天、由核验人打开；请重新核验身份", rule="over")
    people = [row.practitioner_id] if row.practitioner_id else []
    places = [row.organisation_id] if row.organisation_id else []
    [subject] = find.named(session, organisations=places, practitioners=people).values()
    return subject, row
