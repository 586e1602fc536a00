"""Reads what a reader follows, for whoever has the secret of the mails."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from publicity.alerts import subscribe, topics
from publicity.alerts.tables import AlertReaderRow
from publicity.alerts.topics import Say
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession


@dataclass(frozen=True)
class Alert:
    """One alert of a reader; `page` is where what it follows stands."""

    public_id: str
    title: str
    page: str
    frequency: str


def alerts(session: WorkSession, reader: str, key: str, say: Say) -> Sequence[Alert]:
    """In the order in which they were confirmed. Raises NotFound."""
    row = subscribe.held(session, reader, key)
    found = []
    for alert in row.alerts:
        topic = subscribe.topic_of(session, alert)
        try:
            title = topics.title(session, topic, say)
        except NotFound:
            title = topic.page
        found.append(Alert(alert.public_id, title, topic.page, alert.frequency))
    return found


def known(session: WorkSession, reader: str) -> bool:
    """Whether the reader has an alert left."""
    return session.scalar(select(AlertReaderRow.id).where(AlertReaderRow.public_id == reader)) is not None
