"""What is amiss at this moment, read from what every part keeps of itself anyway."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from sqlalchemy import func, select

from inspection.ceremony import sealed
from publicity.alarms import terms
from publicity.feed import find
from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.find import Health
from publicity.feed.states import OPEN
from registry.kernel import mail, runs
from registry.kernel.work import WorkSession

_FAILED = ("failed", "lost")
_DIFFERENCES = ("missing", "left", "parked", "strange")


@dataclass(frozen=True)
class Amiss:
    """`kind` of terms.TITLES; `about` the id of what it is amiss with, `name` what people call that."""

    kind: str
    about: str
    name: str


@dataclass(frozen=True)
class Watched:
    """What the installation adds to the database: its jobs by name with their titles, and certificates by what they are
    for, as the end of their validity or the file (PEM) that tells it. An end of None: it cannot be read."""

    jobs: Mapping[str, str]
    certificates: Mapping[str, datetime | Path | None]


def page_of(kind: str, about: str) -> str:
    """Where the office looks into it."""
    return {
        "opening": f"/draws/{about}",
        "job": f"/staff/jobs?job={about}",
        "difference": f"/staff/jobs?job={about}",
        "mail": "/staff/mails",
        "certificate": "/staff/alarms",
    }.get(kind, f"/staff/feed/channels/{about}")


def amiss(session: WorkSession, watched: Watched) -> Sequence[Amiss]:
    """Everything amiss now, each once."""
    return [
        *(one for channel in find.channels(session) for one in _channel(session, channel)),
        *_jobs(session, watched.jobs),
        *(Amiss("opening", draw, draw) for draw in _unopened(session)),
        *_mail(session),
        *_certificates(session, watched),
    ]


def _channel(session: WorkSession, channel: Health) -> Iterator[Amiss]:
    if channel.counts.get("parked", 0):
        yield Amiss("parked", channel.public_id, channel.name)
    if channel.paused_at is not None:
        return
    tried = (
        select(func.max(DeliveryRow.attempts))
        .join(ChannelRow, ChannelRow.id == DeliveryRow.channel_id)
        .where(ChannelRow.public_id == channel.public_id, DeliveryRow.state.in_(OPEN))
    )
    if (session.scalar(tried) or 0) >= terms.SILENT:
        yield Amiss("silent", channel.public_id, channel.name)
    if channel.oldest is not None and session.now - channel.oldest > terms.QUEUE:
        yield Amiss("queue", channel.public_id, channel.name)
    if channel.accepted_at is not None and session.now - _compared(session, channel) > terms.RECONCILE:
        yield Amiss("unreconciled", channel.public_id, channel.name)


def _compared(session: WorkSession, channel: Health) -> datetime:
    """When a channel was compared last; one that never was counts from its addition."""
    added = select(ChannelRow.added_at).where(ChannelRow.public_id == channel.public_id)
    return channel.reconciled_at or session.scalars(added).one()


def _jobs(session: WorkSession, jobs: Mapping[str, str]) -> Iterator[Amiss]:
    latest = runs.latest(session)
    for name, title in jobs.items():
        run = latest.get(name)
        if run is not None and run.outcome in _FAILED:
            yield Amiss("job", name, title)
        if name == "reconcile" and run and any(run.counts.get(one, 0) for one in _DIFFERENCES):
            yield Amiss("difference", name, title)


def _unopened(session: WorkSession) -> Sequence[str]:
    closed = sealed.seals(session, sealed.still_closed(session), on=session.today)
    return [draw for draw, seal in closed.items() if seal.overdue]


def _mail(session: WorkSession) -> Iterator[Amiss]:
    _, oldest, parked = mail.waiting(session)
    if parked or (oldest is not None and session.now - oldest > terms.MAIL):
        yield Amiss("mail", "outbox", "发件箱")


def _certificates(session: WorkSession, watched: Watched) -> Iterator[Amiss]:
    files = {
        f"{name}：签发机构证书": Path(settings["authority"])
        for name, settings in session.execute(select(ChannelRow.name, ChannelRow.settings))
        if settings.get("authority")
    }
    for name, end in {**watched.certificates, **files}.items():
        until = _until(end) if isinstance(end, Path) else end
        if until is None or until - session.now < terms.CERTIFICATE:
            yield Amiss("certificate", name[:80], name[:120])


def _until(path: Path) -> datetime | None:
    """When the first of the certificates in a PEM file ends; None where it cannot be read."""
    try:
        return min(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError):
        return None
