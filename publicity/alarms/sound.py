"""Raises an alarm when something goes amiss and closes it when it is over, and tells each to everybody once.

The alarm, the mails and the calls come into being in one transaction; they are delivered outside. While an alarm is open
nothing about it is told again.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Gauge
from sqlalchemy import delete, func, select

from publicity.alarms import call, terms, watch
from publicity.alarms.recipients import Recipient, recipients
from publicity.alarms.tables import AlarmRow, CallRow
from publicity.alarms.watch import Amiss, Watched
from registry.kernel import mail
from registry.kernel.access import Actor
from registry.kernel.clock import local_text
from registry.kernel.smtp import Mail
from registry.kernel.work import Work, WorkSession

ACTOR = Actor.job("alarms")
_OPEN = Gauge("legalcredit_alarms_open", "Alarms that are open", ["kind"], multiprocess_mode="mostrecent")


@dataclass(frozen=True)
class Alarm:
    """One alarm as pages show it."""

    public_id: str
    kind: str
    name: str
    page: str
    opened_at: datetime
    closed_at: datetime | None

    @property
    def title(self) -> str:
        return terms.TITLES[self.kind]


def run(work: Work, *, watched: Callable[[], Watched], bureau: str, public_url: str) -> Mapping[str, int]:
    """The job `alarms`: looks, tells, and calls the webhooks."""
    with work.read() as session:
        found = watch.amiss(session, watched())
        differs = {(one.kind, one.about) for one in found} != set(_open(session))
    opened = closed = 0
    if differs:
        with work.write(ACTOR) as session:
            opened, closed = _told(session, found, bureau=bureau, public_url=public_url)
    counts = Counter(one.kind for one in found)
    for kind in terms.TITLES:
        _OPEN.labels(kind).set(counts[kind])
    calls = call.deliver(work)
    _forget(work)
    return {"opened": opened, "closed": closed, **calls}


def alarms(session: WorkSession, *, open_: bool, limit: int) -> Sequence[Alarm]:
    """The open ones, or the closed ones, the latest first."""
    state = AlarmRow.closed_at.is_(None) if open_ else AlarmRow.closed_at.is_not(None)
    rows = session.scalars(select(AlarmRow).where(state).order_by(AlarmRow.id.desc()).limit(limit))
    return [
        Alarm(
            row.public_id,
            row.kind,
            row.name,
            watch.page_of(row.kind, row.about),
            row.opened_at,
            row.closed_at,
        )
        for row in rows
    ]


def _open(session: WorkSession) -> Mapping[tuple[str, str], AlarmRow]:
    rows = session.scalars(select(AlarmRow).where(AlarmRow.closed_at.is_(None)).order_by(AlarmRow.id))
    return {(row.kind, row.about): row for row in rows}


def _told(session: WorkSession, found: Sequence[Amiss], *, bureau: str, public_url: str) -> tuple[int, int]:
    known = _open(session)
    fresh = [one for one in found if (one.kind, one.about) not in known]
    opened = [
        AlarmRow(
            public_id=session.new_id(), kind=one.kind, about=one.about, name=one.name, opened_at=session.now
        )
        for one in fresh
    ]
    session.add_all(opened)
    over = {*known} - {(one.kind, one.about) for one in found}
    closed = [row for key, row in known.items() if key in over]
    for row in closed:
        row.closed_at = session.now
    session.flush()
    for row in opened:
        session.act("alarm.open", row.public_id, kind=row.kind, about=row.about)
    for row in closed:
        session.act("alarm.close", row.public_id, kind=row.kind, about=row.about)
    for recipient in recipients(session, locked=True):
        if recipient.way == "mail":
            written = _mail(recipient, opened, closed, bureau, public_url)
            mail.post(session, written, kind="告警", cause=f"alarm:{recipient.public_id}:{session.new_id()}")
        else:
            for event, rows in (("opened", opened), ("resolved", closed)):
                call.queue(session, recipient.id, event, rows)
    return len(opened), len(closed)


def _mail(
    recipient: Recipient, opened: Sequence[AlarmRow], closed: Sequence[AlarmRow], bureau: str, public_url: str
) -> Mail:
    lines = [
        f"[告警] {terms.TITLES[row.kind]}：{row.name}\n{local_text(row.opened_at)} 起\n"
        f"{public_url}{watch.page_of(row.kind, row.about)}"
        for row in opened
    ]
    lines += [
        f"[已解除] {terms.TITLES[row.kind]}：{row.name}\n"
        f"{local_text(row.opened_at)} 至 {local_text(row.closed_at or row.opened_at)}"
        for row in closed
    ]
    lines.append(f"全部告警见 {public_url}/staff/alarms\n{bureau} · 这封邮件由系统发出，请勿回复。")
    first = (*opened, *closed)[0]
    more = len(opened) + len(closed) - 1
    subject = f"[{'告警' if opened else '已解除'}] {terms.TITLES[first.kind]}：{first.name}" + (
        f" 等 {more + 1} 项" if more else ""
    )
    return Mail(recipient.target, subject, "\n\n".join(lines))


def _forget(work: Work) -> None:
    """What was closed long ago, with its calls."""
    with work.read() as session:
        old = AlarmRow.closed_at < session.now - terms.KEEP
        if not session.scalar(select(func.count()).select_from(AlarmRow).where(old)):
            return
    with work.housekeeping() as session:
        old = AlarmRow.closed_at < session.now - terms.KEEP
        session.execute(delete(CallRow).where(CallRow.alarm_id.in_(select(AlarmRow.id).where(old))))
        session.execute(delete(AlarmRow).where(old))
