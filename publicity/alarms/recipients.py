"""Whom alarms are told to. Addresses are personal data and secrets are secrets: both are sealed, and gone at the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, update

from publicity.alarms.tables import CallRow, RecipientRow
from publicity.feed.channels.http import check_address
from publicity.feed.channels.json_https import check_secret
from registry.kernel import smtp
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.work import WorkSession

READ, CONFIGURE = "alarm.read", "alarm.configure"
WAYS = {"mail": "电子邮件", "webhook": "网址（webhook）"}
_TARGET = "pub_alarm_recipients.target"


@dataclass(frozen=True)
class Recipient:
    """`target` is the address or the url; `secret` of a webhook (whsec_…)."""

    id: int
    public_id: str
    way: str
    target: str
    added_at: datetime
    secret: str = field(default="", repr=False)

    @property
    def way_title(self) -> str:
        return WAYS[self.way]


def add(session: WorkSession, actor: Actor, *, way: str, target: str, secret: str = "") -> str:
    """A further recipient; gives its id. Raises Refused, Invalid naming `way`, `target`, `secret`, Conflict (`known`).
    The act is `alarm.recipient.add`."""
    actor.require(CONFIGURE)
    wanted = _checked(way, target.strip(), secret.strip())
    # Held until the unit of work ends, so that two who add one at once are told.
    if any(one.target == wanted["target"] for one in recipients(session, locked=True)):
        raise Conflict("已经是接收人", rule="known")
    row = RecipientRow(public_id=session.new_id(), way=way, added_at=session.now)
    row.target = session.keys.seal(orjson.dumps(wanted), f"{_TARGET}:{row.public_id}")
    session.add(row)
    session.flush()
    session.act("alarm.recipient.add", row.public_id, way=way)
    return row.public_id


def _checked(way: str, target: str, secret: str) -> dict[str, Any]:
    faults: list[FieldFault] = []
    if way == "mail":
        return {"target": smtp.address(target, "target")}
    if way != "webhook":
        raise Invalid.field("way", "required", "请选择怎样告知")
    if (wrong := check_address(target)) or len(target) > 500:
        faults.append(FieldFault("target", "address", wrong or "网址太长"))
    if wrong := check_secret(secret):
        faults.append(FieldFault("secret", "secret", wrong))
    if faults:
        raise Invalid("填写有误，请更正后重新提交", faults)
    return {"target": target, "secret": secret}


def end(session: WorkSession, actor: Actor, *, recipient: str) -> None:
    """Nothing is told there any more. Raises Refused, NotFound, Conflict (`ended`). The act is `alarm.recipient.end`."""
    actor.require(CONFIGURE)
    row = session.scalar(select(RecipientRow).where(RecipientRow.public_id == recipient).with_for_update())
    if row is None:
        raise NotFound("没有这个接收人")
    if row.ended_at is not None:
        raise Conflict("已经不是接收人", rule="ended")
    row.ended_at, row.target = session.now, None
    session.execute(
        update(CallRow)
        .where(CallRow.recipient_id == row.id, CallRow.state == "waiting")
        .values(state="dropped", settled_at=session.now)
    )
    session.flush()
    session.act("alarm.recipient.end", row.public_id)


def recipients(session: WorkSession, *, locked: bool = False) -> Sequence[Recipient]:
    """Those of today, in the order of their addition."""
    found = select(RecipientRow).where(RecipientRow.ended_at.is_(None)).order_by(RecipientRow.id)
    return [opened(session, row) for row in session.scalars(found.with_for_update() if locked else found)]


def opened(session: WorkSession, row: RecipientRow) -> Recipient:
    read = orjson.loads(session.keys.unseal(row.target or b"", f"{_TARGET}:{row.public_id}"))
    return Recipient(row.id, row.public_id, row.way, read["target"], row.added_at, read.get("secret", ""))
