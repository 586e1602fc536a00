"""Tells readers what is new: the public book says what changed, the lists what of that may be shown today.

Each alert has a place in the book of its own. What lies between it and the book's end is read once, as the public sees it;
then the place moves on and the mail goes into the outbox, in one transaction, if the place is still where it was. So a
change is told once, whoever dies in between. Of what ended, a reader to whom it was told hears that it did, and no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, or_, select

from publicity.alerts import subscribe, terms, topics, wording
from publicity.alerts.tables import AlertReaderRow, AlertRow, AlertToldRow
from publicity.alerts.topics import Item, Topic
from publicity.alerts.wording import Line, News, Site
from publicity.notices.find import ACTIONS
from registry.kernel import mail
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.faults import Fault
from registry.kernel.work import Work, WorkSession
from registry.ledger import book
from registry.ledger.tables import EntryRow

ACTOR = Actor.job("alerts")
_BATCH = 50
_ENDS = frozenset({"withdraw", "expire"})
_TOLD = "pub_alerts_told.record"


@dataclass(frozen=True)
class _Seen:
    """What one alert found between `start` and `through`, and whether there is a `rest`: news for its reader, and the notices
    (blind) that it tells of for the first time, or for the last."""

    alert: int
    start: int
    through: int
    rest: bool
    news: News
    told: Sequence[str]
    ended: Sequence[str]


def run(work: Work, *, site: Site, mailing: bool) -> Mapping[str, int]:
    """The job `alerts`. While no mail server is set nothing moves: later the first mail tells of everything since."""
    mails = 0
    purged = _purge(work)
    while mailing:
        readers = _due(work)
        if not readers:
            break
        for reader in readers:
            mails += _tell(work, reader, site)
    return {"mails": mails, "purged": purged}


def _purge(work: Work) -> int:
    with work.read() as session:
        if not subscribe.overdue(session):
            return 0
    with work.write(ACTOR) as session:
        purged = subscribe.purge(session)
        session.act("alert.purge", "alerts", count=purged)
    return purged


def _due(work: Work) -> Sequence[int]:
    """Readers (row ids) of whom an alert is due; one at once only if the book has grown."""
    with work.read() as session:
        size = book.head(session, "public").size
        due = and_(
            AlertRow.due_at <= session.now, or_(AlertRow.frequency != "at_once", AlertRow.through < size)
        )
        found = select(AlertRow.reader_id).where(due).distinct().order_by(AlertRow.reader_id).limit(_BATCH)
        return session.scalars(found).all()


def _tell(work: Work, reader: int, site: Site) -> int:
    with work.read() as session:
        row = session.get(AlertReaderRow, reader)
        if row is None:
            return 0
        size, moment = book.head(session, "public").size, session.now
        due = [alert for alert in row.alerts if alert.due_at <= moment]
        seen = [_seen(session, alert, site.say(row.language), size) for alert in due]
    # A place that moved on over what is no news of anybody's is housekeeping.
    news = any(one.news.lines for one in seen)
    with work.write(ACTOR) if news else work.housekeeping() as session:
        return _moved(session, reader, {one.alert: one for one in seen}, site, moment)


def _moved(session: WorkSession, reader: int, seen: Mapping[int, _Seen], site: Site, moment: datetime) -> int:
    row = session.scalar(select(AlertReaderRow).where(AlertReaderRow.id == reader).with_for_update())
    if row is None:
        return 0
    news = []
    for alert in row.alerts:
        one = seen.get(alert.id)
        if one is None or alert.through != one.start:
            continue  # ended, or told by another meanwhile
        alert.through = one.through
        alert.due_at = moment if one.rest else terms.due_after(alert.frequency, moment)
        session.execute(
            delete(AlertToldRow).where(AlertToldRow.alert_id == alert.id, AlertToldRow.record.in_(one.ended))
        )
        session.add_all(AlertToldRow(alert_id=alert.id, record=record) for record in one.told)
        if one.news.lines:
            news.append(one.news)
    if not news:
        return 0
    session.act("alert.tell", row.public_id, alerts=len(news))
    key = subscribe.secret(session, row.public_id)
    here = f"/alerts/{row.public_id}/{key}"
    say = site.say(row.language)
    written = wording.digest(
        site, say, to=subscribe.address_of(session, row), news=news, manage=here, end=f"{here}/end"
    )
    mail.post(session, written, kind="邮件提醒", cause=f"alert:{row.public_id}:{session.new_id()}")
    return 1


def _seen(session: WorkSession, alert: AlertRow, say: topics.Say, size: int) -> _Seen:
    topic = subscribe.topic_of(session, alert)
    through = min(size, alert.through + terms.ENTRIES)
    latest = _latest(session, alert.through, through)
    blind = {record: session.keys.blind(f"{alert.public_id}:{record}", _TOLD) for record in latest}
    known = set(
        session.scalars(
            select(AlertToldRow.record).where(
                AlertToldRow.alert_id == alert.id, AlertToldRow.record.in_(blind.values())
            )
        )
    )
    shown = _items(session, topic, list(latest))
    standing = {item.record for item in shown}
    ended = [
        record
        for record, action in latest.items()
        if action in _ENDS and blind[record] in known and record not in standing
    ]
    lines = [_line(item, latest[item.record], say) for item in shown]
    lines += [_ended(record, say, session) for record in ended]
    return _Seen(
        alert=alert.id,
        start=alert.through,
        through=through,
        rest=through < size,
        news=News(_title(session, topic, say), topic.page, lines[: terms.LINES], len(lines) > terms.LINES),
        told=[blind[item.record] for item in shown if item.notice and blind[item.record] not in known],
        ended=[blind[record] for record in ended],
    )


def _latest(session: WorkSession, start: int, through: int) -> dict[str, str]:
    """The records between two places of the book with the last thing that became of each, in the order of the book."""
    found: dict[str, str] = {}
    rows = session.execute(
        select(EntryRow.record, EntryRow.action)
        .where(EntryRow.book == "public", EntryRow.position >= start, EntryRow.position < through)
        .order_by(EntryRow.position)
    )
    for record, action in rows:
        found.pop(record, None)
        found[record] = action
    return found


def _items(session: WorkSession, topic: Topic, records: Sequence[str]) -> Sequence[Item]:
    try:
        return topics.items(session, topic, among=records, limit=len(records)) if records else ()
    except Fault:
        # Nobody answers to it any more, such as a kind that a later version does not know: it has no news.
        return ()


def _title(session: WorkSession, topic: Topic, say: topics.Say) -> str:
    try:
        return topics.title_in_mail(session, topic, say)
    except Fault:
        return topic.page


def _line(item: Item, action: str, say: topics.Say) -> Line:
    what = say(ACTIONS.get(action, "更新") if item.notice else "更新")
    return Line(what, say(item.kind_title) if item.notice else item.title, item.on, item.path)


def _ended(record: str, say: topics.Say, session: WorkSession) -> Line:
    return Line(say("已结束"), say("一条公示"), local_day(session.now).isoformat(), f"/notices/{record}")
