"""邮件提醒: an address is asked whether it wants an alert, says so, changes it, ends it.

Nobody learns from the answers whether an address is known: to ask is answered the same way every time, and everything else
is done by whoever has the secret in a mail. The secrets are derived from ids under the installation's key, and stored nowhere.
"""

import hmac
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import func, select

from publicity.alerts import terms, topics, wording
from publicity.alerts.tables import AlertReaderRow, AlertRequestRow, AlertRow
from publicity.alerts.topics import Topic
from publicity.alerts.wording import LANGUAGES, Site
from registry.kernel import mail, smtp
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Gone, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.ledger import book

_REQUEST, _TOPIC, _ADDRESS = (
    "pub_alert_requests.content",
    "pub_alerts.topic",
    "pub_alert_readers.sealed_address",
)
_BLIND, _SAME, _SECRET = "pub_alert_readers.address", "pub_alerts.same", "alerts.secret"


@dataclass(frozen=True)
class Wanted:
    """An alert as its form has it. `address` as typed, `frequency` of terms.FREQUENCIES, `language` of LANGUAGES."""

    topic: Topic
    address: str
    frequency: str
    language: str = "zh"


def ask(session: WorkSession, _actor: Actor, *, wanted: Wanted, site: Site) -> None:
    """Sends the address a mail with a link to confirm by; anybody may ask. An address with `terms.OPEN_REQUESTS` open links
    gets no further one, and whoever asks is not told. Raises NotFound, Invalid naming `email`, `frequency`.
    The act is `alert.ask`."""
    address = _checked(session, wanted)
    blind = _blind(session, address)
    open_ = select(func.count()).where(AlertRequestRow.address == blind, AlertRequestRow.until > session.now)
    if (session.scalar(open_) or 0) >= terms.OPEN_REQUESTS:
        return
    row = AlertRequestRow(public_id=session.new_id(), address=blind, until=session.now + terms.CONFIRM)
    content = {
        "address": address,
        "topic": [wanted.topic.name, wanted.topic.asked],
        "frequency": wanted.frequency,
        "language": wanted.language,
    }
    row.content = session.keys.seal(orjson.dumps(content), f"{_REQUEST}:{row.public_id}")
    session.add(row)
    session.flush()
    say = site.say(wanted.language)
    asked = wording.confirmation(
        site,
        say,
        to=address,
        title=topics.title_in_mail(session, wanted.topic, say),
        frequency=say(terms.FREQUENCIES[wanted.frequency]),
        link=f"/alerts/confirm/{row.public_id}/{secret(session, row.public_id)}",
        hours=terms.CONFIRM_HOURS,
        until=row.until,
    )
    mail.post(session, asked, kind="确认邮件提醒", cause=f"alert-request:{row.public_id}")
    session.act("alert.ask", row.public_id, topic=wanted.topic.name)


def confirm(session: WorkSession, _actor: Actor, *, request: str, key: str) -> str:
    """The reader wants it: gives the reader's id. Done again, it changes nothing. Raises NotFound, Gone after its time,
    Conflict (`many`) for more alerts than terms.TOPICS. The act is `alert.confirm`."""
    row = _asked(session, request, key)
    session.refresh(row, with_for_update=True)
    if row.reader is not None:
        return row.reader
    content = _content(session, row)
    reader = _reader(session, row.address, content["address"], content["language"])
    topic = Topic(content["topic"][0], tuple(content["topic"][1].items()))
    _follow(session, reader, topic, content["frequency"])
    row.content, row.reader = None, reader.public_id
    session.flush()
    session.act("alert.confirm", reader.public_id, topic=topic.name)
    return reader.public_id


def _reader(session: WorkSession, blind: str, address: str, language: str) -> AlertReaderRow:
    held = select(AlertReaderRow).where(AlertReaderRow.address == blind).with_for_update()
    row = session.scalar(held)
    if row is None:
        row = AlertReaderRow(public_id=session.new_id(), address=blind, since=session.now)
        row.sealed_address = session.keys.encrypt(address, f"{_ADDRESS}:{row.public_id}")
        session.add(row)
    row.language = language
    session.flush()
    return row


def _follow(session: WorkSession, reader: AlertReaderRow, topic: Topic, frequency: str) -> None:
    text = orjson.dumps([topic.name, topic.given], option=orjson.OPT_SORT_KEYS).decode()
    same = session.keys.blind(text, _SAME)
    known = next((alert for alert in reader.alerts if alert.same == same), None)
    if known is None:
        if len(reader.alerts) >= terms.TOPICS:
            raise Conflict("这个邮箱的提醒已经很多，请先停止一些", rule="many")
        known = AlertRow(public_id=session.new_id(), same=same, through=book.head(session, "public").size)
        known.topic = session.keys.encrypt(text, f"{_TOPIC}:{known.public_id}")
        reader.alerts.append(known)
    known.frequency, known.due_at = frequency, terms.due_after(frequency, session.now)
    session.flush()


def change(session: WorkSession, _actor: Actor, *, reader: str, key: str, alert: str, frequency: str) -> None:
    """Another frequency for one alert. Raises NotFound, Invalid naming `frequency`. The act is `alert.change`."""
    row = held(session, reader, key)
    chosen = _alert(row, alert)
    if frequency not in terms.FREQUENCIES:
        raise Invalid.field("frequency", "required", "请选择多久提醒一次")
    chosen.frequency, chosen.due_at = frequency, terms.due_after(frequency, session.now)
    session.flush()
    session.act("alert.change", row.public_id)


def end(session: WorkSession, _actor: Actor, *, reader: str, key: str, alert: str | None = None) -> None:
    """Ends one alert, or all of them; with the last one the address is deleted, and what still waits for it is dropped.
    Raises NotFound. The act is `alert.end`."""
    row = held(session, reader, key)
    session.act("alert.end", row.public_id, all=alert is None)
    if alert is not None:
        row.alerts.remove(_alert(row, alert))
    if alert is None or not row.alerts:
        mail.forget(session, address_of(session, row))
        for request in session.scalars(select(AlertRequestRow).where(AlertRequestRow.address == row.address)):
            session.delete(request)
        session.delete(row)
    session.flush()


def overdue(session: WorkSession) -> bool:
    """Whether there is anything to purge."""
    over = select(AlertRequestRow.id).where(AlertRequestRow.until <= session.now).limit(1)
    return session.scalar(over) is not None


def purge(session: WorkSession) -> int:
    """Deletes requests that nobody confirmed in time, and confirmed ones after theirs. Returns how many."""
    over = session.scalars(select(AlertRequestRow).where(AlertRequestRow.until <= session.now)).all()
    for row in over:
        session.delete(row)
    return len(over)


def secret(session: WorkSession, public_id: str) -> str:
    """32 hexadecimal digits that only mails to the address hold."""
    return session.keys.blind(public_id, _SECRET)[:32]


def held(session: WorkSession, reader: str, key: str) -> AlertReaderRow:
    """The reader whose secret this is, locked in a write. Raises NotFound, the same for no reader and a wrong secret."""
    found = select(AlertReaderRow).where(AlertReaderRow.public_id == reader)
    row = session.scalar(found if session.reading else found.with_for_update())
    if row is None or not hmac.compare_digest(secret(session, reader).encode(), key.encode()):
        raise NotFound("没有这个提醒；可能已经全部停止")
    return row


def address_of(session: WorkSession, row: AlertReaderRow) -> str:
    return session.keys.decrypt(row.sealed_address, f"{_ADDRESS}:{row.public_id}")


def topic_of(session: WorkSession, row: AlertRow) -> Topic:
    name, given = orjson.loads(session.keys.decrypt(row.topic, f"{_TOPIC}:{row.public_id}"))
    return Topic(name, tuple((key, text) for key, text in given))


def asked(session: WorkSession, request: str, key: str) -> tuple[Topic, str] | None:
    """What a link is to confirm: topic and frequency; None once it was. Raises NotFound, Gone."""
    row = _asked(session, request, key)
    if row.content is None:
        return None
    content = _content(session, row)
    return Topic(content["topic"][0], tuple(content["topic"][1].items())), content["frequency"]


def _asked(session: WorkSession, request: str, key: str) -> AlertRequestRow:
    row = session.scalar(select(AlertRequestRow).where(AlertRequestRow.public_id == request))
    if row is None or not hmac.compare_digest(secret(session, request).encode(), key.encode()):
        raise NotFound("没有这个请求；请重新提出")
    if row.until <= session.now:
        raise Gone("确认的时间已过，请重新提出")
    return row


def _content(session: WorkSession, row: AlertRequestRow) -> dict[str, Any]:
    read: dict[str, Any] = orjson.loads(
        session.keys.unseal(row.content or b"", f"{_REQUEST}:{row.public_id}")
    )
    return read


def _alert(row: AlertReaderRow, public_id: str) -> AlertRow:
    found = next((alert for alert in row.alerts if alert.public_id == public_id), None)
    if found is None:
        raise NotFound("没有这个提醒")
    return found


def _checked(session: WorkSession, wanted: Wanted) -> str:
    """The address in its form on the wire. A topic that nothing answers to is refused here, not in every later mail."""
    topics.items(session, wanted.topic, limit=1)
    faults: list[FieldFault] = []
    address = ""
    try:
        address = smtp.address(wanted.address)
    except Invalid as fault:
        faults += fault.fields
    if wanted.frequency not in terms.FREQUENCIES:
        faults.append(FieldFault("frequency", "required", "请选择多久提醒一次"))
    if wanted.language not in LANGUAGES:
        faults.append(FieldFault("language", "required", "请选择语言"))
    if faults:
        raise Invalid("填写有误，请更正后重新提交", faults)
    return address


def _blind(session: WorkSession, address: str) -> str:
    return session.keys.blind(address.lower(), _BLIND)
