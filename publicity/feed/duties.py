"""What the platforms' refusals put on the work lists."""

from collections.abc import Sequence

from sqlalchemy import select

from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.configure import OPERATE, title_of_kind
from publicity.feed.states import STATES
from registry.kernel.clock import local_day
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession


def _open(state: str) -> Worklist:
    def listed(session: WorkSession, limit: int) -> Sequence[Duty]:
        rows = session.execute(
            select(DeliveryRow, ChannelRow.public_id, ChannelRow.name)
            .join(ChannelRow, ChannelRow.id == DeliveryRow.channel_id)
            .where(DeliveryRow.state == state)
            .order_by(DeliveryRow.settled_at, DeliveryRow.id)
            .limit(limit)
        )
        return [
            Duty(
                title=f"{title_of_kind(row.kind)} · {name} · {row.code or '未说明原因'}",
                endpoint="feed_staff.delivery",
                values={"public_id": public_id, "position": str(row.position)},
                since=local_day(row.settled_at or row.queued_at),
            )
            for row, public_id, name in rows
        ]

    return Worklist(f"归集：{STATES[state]}", OPERATE, listed)


WORKLISTS = (_open("rejected"), _open("parked"))
