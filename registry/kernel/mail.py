"""The outbox. A mail is written into it in the transaction of its cause, and handed to the mail server by a job, outside.

So nothing is announced that did not happen, and what happened is announced though the server be down. A line that breaks
after the content was sent leaves open whether the mail was taken: it is sent again, byte for byte, under the same
Message-ID, by which a mail server or reader knows it again. At least once, then; never a second mail for one cause.

Addresses and words are personal data: sealed while they wait, deleted once the mail is delivered or dropped.
"""

import time
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import orjson
from prometheus_client import Gauge
from sqlalchemy import delete, func, select

from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.faults import Conflict, NotFound
from registry.kernel.mail_tables import MailRow
from registry.kernel.part import Duty, Job, Worklist
from registry.kernel.smtp import Line, Mail, MailServer, Outcome, composed
from registry.kernel.work import Work, WorkSession

_WAITING = Gauge("legalcredit_mails_waiting", "Mails to be handed over", multiprocess_mode="mostrecent")
_PARKED = Gauge("legalcredit_mails_parked", "Mails put aside for a person", multiprocess_mode="mostrecent")

_FILE = tomllib.loads(Path(__file__).with_name("mail.toml").read_text("utf-8"))
_CONTEXT, _RECIPIENT = "reg_mails.content", "reg_mails.recipient"
READ, OPERATE = "mail.read", "mail.operate"
STATES: Mapping[str, str] = {
    "waiting": "待发送",
    "claimed": "发送中",
    "sent": "已发送",
    "parked": "已搁置",
    "dropped": "不再发送",
}
CODES: Mapping[str, str] = {
    "line": "连接不上邮件服务器，或连接中断",
    "tls": "邮件服务器的证书不能核实",
    "starttls": "邮件服务器不支持加密（STARTTLS）",
    "auth": "邮件服务器不接受账号或密码",
    "over": "已失去意义",
    "ended": "收件人不再接收",
    "hand": "由工作人员放弃",
}
"""What stands in place of a server's number."""


def post(session: WorkSession, mail: Mail, *, kind: str, cause: str) -> str:
    """Puts a mail (smtp.Mail) into the outbox, in the transaction of its cause; gives its id. `mail.to` is as smtp.address gives it.

    `kind` is what sort of mail it is, in the words of the office's page (订阅确认); `cause` says what it was written for, without anything
    personal: the same cause again is the mail that there is. The act is its cause's, not named here.
    """
    known = session.scalar(select(MailRow.public_id).where(MailRow.cause == cause))
    if known is not None:
        return known
    row = MailRow(
        public_id=session.new_id(),
        kind=kind,
        cause=cause,
        state="waiting",
        recipient=_blind(session, mail.to),
        queued_at=session.now,
        since=session.now,
        until=mail.until,
        not_before=session.now,
        attempts=0,
        token=0,
    )
    row.content = session.keys.seal(orjson.dumps(vars(mail)), f"{_CONTEXT}:{row.public_id}")
    session.add(row)
    session.flush()
    return row.public_id


def forget(session: WorkSession, address: str) -> int:
    """Drops what still waits for this address, and returns how many mails that were: their reader wants no more."""
    waiting = select(MailRow).where(
        MailRow.recipient == _blind(session, address), MailRow.state.in_(("waiting", "claimed", "parked"))
    )
    rows = session.scalars(waiting.with_for_update()).all()
    for row in rows:
        _end(session, row, "dropped", "ended")
    return len(rows)


def resend(session: WorkSession, actor: Actor, *, mail: str) -> None:
    """A parked mail waits again, with the patience of a new one. Raises Refused, NotFound, Conflict (`not_parked`)."""
    row = _parked(session, actor, mail)
    row.state, row.since, row.not_before, row.attempts = "waiting", session.now, session.now, 0
    session.flush()
    session.act("mail.resend", row.public_id)


def drop(session: WorkSession, actor: Actor, *, mail: str) -> None:
    """A parked mail is given up and its content deleted. Raises as `resend` does."""
    row = _parked(session, actor, mail)
    _end(session, row, "dropped", "hand")
    session.flush()
    session.act("mail.drop", row.public_id)


def _parked(session: WorkSession, actor: Actor, mail: str) -> MailRow:
    actor.require(OPERATE)
    row = session.scalar(select(MailRow).where(MailRow.public_id == mail).with_for_update())
    if row is None:
        raise NotFound("没有这封邮件")
    if row.state != "parked":
        raise Conflict("这封邮件没有搁置", rule="not_parked")
    return row


@dataclass(frozen=True)
class Posted:
    """A mail as the office sees it: neither its words nor its reader."""

    id: int
    public_id: str
    kind: str
    state: str
    attempts: int
    queued_at: datetime
    not_before: datetime
    settled_at: datetime | None
    code: str | None

    @property
    def state_title(self) -> str:
        return STATES[self.state]

    @property
    def code_title(self) -> str:
        return CODES.get(self.code or "", self.code or "")


def mails(
    session: WorkSession, *, state: str | None, before: int | None, limit: int
) -> tuple[list[Posted], int | None]:
    """The newest first, and where the next page starts, None at the end."""
    found = select(MailRow)
    if state is not None:
        found = found.where(MailRow.state == state)
    if before is not None:
        found = found.where(MailRow.id < before)
    rows = session.scalars(found.order_by(MailRow.id.desc()).limit(limit + 1)).all()
    shown = [
        Posted(
            row.id,
            row.public_id,
            row.kind,
            row.state,
            row.attempts,
            row.queued_at,
            row.not_before,
            row.settled_at,
            row.code,
        )
        for row in rows[:limit]
    ]
    return shown, shown[-1].id if len(rows) > limit else None


def waiting(session: WorkSession) -> tuple[int, datetime | None, int]:
    """How many mails wait, since when the oldest, and how many are parked."""
    open_ = MailRow.state.in_(("waiting", "claimed"))
    count, oldest = session.execute(select(func.count(), func.min(MailRow.since)).where(open_)).one()
    parked = session.scalar(select(func.count()).where(MailRow.state == "parked")) or 0
    return count, oldest, parked


def _open(session: WorkSession, limit: int) -> Sequence[Duty]:
    parked = select(MailRow).where(MailRow.state == "parked").order_by(MailRow.settled_at, MailRow.id)
    return [
        Duty(
            title=f"邮件没有送达 · {CODES.get(row.code or '', row.code or '')}",
            endpoint="mails.index",
            values={"state": "parked"},
            since=local_day(row.settled_at or row.queued_at),
        )
        for row in session.scalars(parked.limit(limit))
    ]


WORKLIST = Worklist("处理搁置的邮件", OPERATE, _open)


def job(server: MailServer | None) -> Job:
    """The job `mail`; without a server it says what waits and hands nothing over."""
    return Job("mail", "发送邮件", partial(deliver, server=server), "* * * * *")


class _Held(NamedTuple):
    id: int
    token: int
    to: str
    content: bytes


def deliver(
    work: Work, *, server: MailServer | None, monotonic: Callable[[], float] = time.monotonic
) -> Mapping[str, int]:
    """Hands over what is due, one after the other, until nothing is, the line fails again and again, or the run has been
    long enough. Counts the states that mails came to."""
    counts: Counter[str] = Counter()
    if dropped := _drop_overdue(work):
        counts["dropped"] = dropped
    failures, until = 0, monotonic() + _FILE["longest_run"]
    if server is not None:
        with Line(server, timeout=_FILE["answer"]) as line:
            while failures < _FILE["give_up_after"] and monotonic() < until:
                held = _claim(work, server)
                if held is None:
                    break
                outcome = line.send(held.to, held.content)
                counts[_settle(work, held, outcome)] += 1
                failures = failures + 1 if outcome.broken else 0
    _forget_old(work)
    with work.read() as session:
        left, _, parked = waiting(session)
    _WAITING.set(left)
    _PARKED.set(parked)
    return {**counts, "left": left}


def _drop_overdue(work: Work) -> int:
    """What is pointless by now goes, with or without a server."""
    with work.housekeeping() as session:
        over = select(MailRow).where(MailRow.state == "waiting", MailRow.until <= session.now)
        rows = session.scalars(over.with_for_update(skip_locked=True)).all()
        for row in rows:
            _end(session, row, "dropped", "over")
        return len(rows)


def _claim(work: Work, server: MailServer) -> _Held | None:
    """The mail that is due first, held for its lease."""
    with work.housekeeping() as session:
        due = select(MailRow).where(
            MailRow.state.in_(("waiting", "claimed")), MailRow.not_before <= session.now
        )
        # A claim is a lease: past `not_before` it is anybody's again.
        due = due.order_by(MailRow.not_before, MailRow.id).limit(1).with_for_update(skip_locked=True)
        row = session.scalar(due)
        if row is None:
            return None
        mail = _opened(session, row)
        row.state, row.token, row.attempts = "claimed", row.token + 1, row.attempts + 1
        row.not_before = session.now + timedelta(seconds=_FILE["lease"])
        content = composed(mail, server, message_id=row.public_id, written=row.queued_at)
        return _Held(row.id, row.token, mail.to, content)


def _settle(work: Work, held: _Held, outcome: Outcome) -> str:
    with work.housekeeping() as session:
        row = session.scalar(select(MailRow).where(MailRow.id == held.id).with_for_update())
        if row is None or row.state != "claimed" or row.token != held.token:
            return "overtaken"
        if outcome.verdict == "sent":
            _end(session, row, "sent", outcome.code)
        elif outcome.verdict == "refused" or _worn(session, row):
            row.state, row.code, row.settled_at = "parked", outcome.code, session.now
        else:
            pause = min(_FILE["first_pause"] * 2 ** min(row.attempts - 1, 20), _FILE["longest_pause"])
            row.state, row.code = "waiting", outcome.code
            row.not_before = session.now + timedelta(seconds=pause)
        return row.state


def _worn(session: WorkSession, row: MailRow) -> bool:
    old = session.now - row.since >= timedelta(days=_FILE["give_up_days"])
    return old or row.attempts >= _FILE["most_attempts"]


def _end(session: WorkSession, row: MailRow, state: str, code: str) -> None:
    row.state, row.code, row.settled_at = state, code, session.now
    row.content = row.recipient = None


def _forget_old(work: Work) -> None:
    with work.housekeeping() as session:
        old = session.now - timedelta(days=_FILE["remember_days"])
        ended = MailRow.state.in_(("sent", "dropped")) & (MailRow.settled_at < old)
        session.execute(delete(MailRow).where(ended))


def _opened(session: WorkSession, row: MailRow) -> Mail:
    read = orjson.loads(session.keys.unseal(row.content or b"", f"{_CONTEXT}:{row.public_id}"))
    return Mail(**{**read, "until": row.until})


def _blind(session: WorkSession, address: str) -> str:
    return session.keys.blind(address.lower(), _RECIPIENT)
