"""Calls to webhooks: `{"type": "alarm.opened"|"alarm.resolved", "timestamp", "data"}`, signed as Standard Webhooks 1.0 has it.

Claimed by a lease, sent outside transactions, with the same `webhook-id` at every attempt. An end is not told before its
beginning was, or was given up.
"""

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import orjson
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from publicity.alarms import terms
from publicity.alarms.recipients import opened
from publicity.alarms.tables import AlarmRow, CallRow
from publicity.feed.channels.http import Answered, post
from publicity.feed.channels.json_https import sign
from registry.kernel.clock import instant_text
from registry.kernel.work import Work, WorkSession


class _Held(NamedTuple):
    id: int
    token: int
    identifier: str
    url: str
    secret: str
    body: bytes
    at: datetime


def queue(session: WorkSession, recipient: int, event: str, alarms: Sequence[AlarmRow]) -> None:
    """Notes that `event` (opened, resolved) of these alarms is to be told to a recipient (row id)."""
    session.add_all(
        CallRow(
            public_id=session.new_id(),
            alarm_id=alarm.id,
            recipient_id=recipient,
            event=event,
            state="waiting",
            attempts=0,
            token=0,
            not_before=session.now,
        )
        for alarm in alarms
    )


def deliver(work: Work) -> Mapping[str, int]:
    """Every call that is due, one after the other. Counts the states that calls came to."""
    counts: Counter[str] = Counter()
    while (held := _claim(work)) is not None:
        stamp = str(int(held.at.timestamp()))
        key = base64.b64decode(held.secret.removeprefix("whsec_"))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": held.identifier,
            "webhook-timestamp": stamp,
            "webhook-signature": sign(key, held.identifier, stamp, held.body),
        }
        answer = post(held.url, held.body, headers, timeout=terms.ANSWER)
        if isinstance(answer, Answered):
            code, taken = f"http_{answer.status}", 200 <= answer.status < 300
        else:
            code, taken = answer.code or answer.verdict, False
        counts[_settle(work, held, code, taken=taken)] += 1
    return counts


def _claim(work: Work) -> _Held | None:
    earlier = aliased(CallRow)
    behind = exists().where(
        earlier.alarm_id == CallRow.alarm_id,
        earlier.recipient_id == CallRow.recipient_id,
        earlier.state == "waiting",
        earlier.id < CallRow.id,
    )
    with work.housekeeping() as session:
        due = (
            select(CallRow)
            .where(CallRow.state == "waiting", CallRow.not_before <= session.now, ~behind)
            .order_by(CallRow.not_before, CallRow.id)
            .limit(1)
            .with_for_update(of=CallRow, skip_locked=True)
        )
        row = session.scalar(due)
        if row is None:
            return None
        # The claim is a lease: past it the call is anybody's again.
        row.token, row.attempts = row.token + 1, row.attempts + 1
        row.not_before = session.now + terms.LEASE
        to = opened(session, row.recipient)
        return _Held(row.id, row.token, row.public_id, to.target, to.secret, _body(row), session.now)


def _body(row: CallRow) -> bytes:
    alarm = row.alarm
    at = alarm.opened_at if row.event == "opened" else alarm.closed_at or alarm.opened_at
    return orjson.dumps(
        {
            "type": f"alarm.{row.event}",
            "timestamp": instant_text(at.astimezone(UTC)),
            "data": {
                "id": alarm.public_id,
                "kind": alarm.kind,
                "title": terms.TITLES[alarm.kind],
                "about": alarm.about,
                "name": alarm.name,
                "opened_at": instant_text(alarm.opened_at),
                "closed_at": instant_text(alarm.closed_at)
                if row.event == "resolved" and alarm.closed_at
                else None,
            },
        }
    )


def _settle(work: Work, held: _Held, code: str, *, taken: bool) -> str:
    with work.housekeeping() as session:
        row = session.scalar(select(CallRow).where(CallRow.id == held.id).with_for_update())
        if row is None or row.state != "waiting" or row.token != held.token:
            return "overtaken"
        row.code = code
        if taken or row.attempts >= terms.MOST_ATTEMPTS:
            row.state, row.settled_at = "sent" if taken else "parked", session.now
        else:
            row.not_before = session.now + terms.pause_after(row.attempts)
        return row.state
