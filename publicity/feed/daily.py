"""How much each channel's platform took, day by day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import Date, and_, column, func, select, values

from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from registry.kernel.clock import SHANGHAI
from registry.kernel.store import UtcDateTime
from registry.kernel.work import WorkSession

DAYS = 30


def days(session: WorkSession, *, length: int = DAYS) -> Sequence[date]:
    """The last days up to today."""
    return [session.today - timedelta(days=back) for back in range(length - 1, -1, -1)]


def accepted(session: WorkSession, *, length: int = DAYS) -> Mapping[str, Sequence[int]]:
    """By channel (public id), how many entries its platform accepted on each of `days`; by the office's calendar."""
    of = days(session, length=length)
    table = values(
        column("day", Date), column("start", UtcDateTime), column("stop", UtcDateTime), name="days"
    )
    spans = table.data([(day, _midnight(day), _midnight(day + timedelta(days=1))) for day in of]).cte()
    counted = session.execute(
        select(ChannelRow.public_id, spans.c.day, func.count())
        .join(DeliveryRow, DeliveryRow.channel_id == ChannelRow.id)
        .join(spans, and_(DeliveryRow.settled_at >= spans.c.start, DeliveryRow.settled_at < spans.c.stop))
        .where(DeliveryRow.state == "accepted")
        .group_by(ChannelRow.public_id, spans.c.day)
    ).all()
    found = {(row[0], row[1]): row[2] for row in counted}
    channels = session.scalars(select(ChannelRow.public_id))
    return {channel: [found.get((channel, day), 0) for day in of] for channel in channels}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
