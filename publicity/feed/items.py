"""Entries as a channel tells them, and as it asks what became of them."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from sqlalchemy import select

from publicity.feed import projection
from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.channels.channel import Item
from registry.kernel.work import WorkSession
from registry.ledger import book
from registry.ledger.book import Stored

_SOME = 500


def told(
    session: WorkSession, channel: ChannelRow, row: DeliveryRow, stored: Stored, known: dict[str, str]
) -> Item | None:
    """An entry as it goes out, None when the book no longer shows it. `known` is the record's natural key as it was told."""
    body = projection.parsed(stored.body)
    if body is None:
        return None
    if row.ends:
        return replace(_named(channel, row, known), content=projection.end_content(body))
    restricted = projection.parsed(stored.restricted)
    identity = projection.identity(body)
    row.identity = session.keys.encrypt(
        json.dumps(identity, ensure_ascii=False), f"pub_deliveries.identity:{row.id}"
    )
    content = projection.content(body, restricted, columns=channel.columns, entitled=channel.entitled)
    return replace(_named(channel, row, identity), content=content)


def asked(session: WorkSession, channel: ChannelRow, rows: Sequence[DeliveryRow]) -> list[Item]:
    """Entries as they were told, for asking what became of them; without content where the book no longer shows it."""
    stored = book.entries(session, "public", [row.position for row in rows], on=session.today)
    keys = known(session, channel, [row.record for row in rows])
    items = []
    for row in rows:
        named = _named(channel, row, keys.get(row.record, {}))
        entry = stored[row.position]
        body = projection.parsed(entry.body)
        if body is not None and not row.ends:
            restricted = projection.parsed(entry.restricted)
            content = projection.content(body, restricted, columns=channel.columns, entitled=channel.entitled)
            named = replace(named, content=content)
        items.append(named)
    return items


def identities(session: WorkSession, channel: ChannelRow) -> Iterator[dict[str, str]]:
    """The natural keys of everything that the channel was told of and that are still kept."""
    kept = select(DeliveryRow.id, DeliveryRow.identity).where(
        DeliveryRow.channel_id == channel.id, DeliveryRow.identity.is_not(None)
    )
    for row in session.execute(kept.execution_options(yield_per=1000)):
        yield _opened(session, row.id, row.identity)


def _named(channel: ChannelRow, row: DeliveryRow, identity: Mapping[str, str]) -> Item:
    return Item(
        key=key_of(channel.public_id, row.position, row.round),
        position=row.position,
        action=row.action,
        record=row.record,
        version=row.version,
        kind=row.kind,
        ends=row.ends,
        content={},
        identity=identity,
    )


def known(session: WorkSession, channel: ChannelRow, records: Collection[str]) -> dict[str, dict[str, str]]:
    """By what the platform knows each record: as its last version that was sent told it."""
    found: dict[str, dict[str, str]] = {}
    for listed in some(set(records)):
        kept = select(DeliveryRow.id, DeliveryRow.record, DeliveryRow.identity).where(
            DeliveryRow.channel_id == channel.id,
            DeliveryRow.record.in_(listed),
            DeliveryRow.identity.is_not(None),
        )
        for row in session.execute(kept.order_by(DeliveryRow.position)):
            found[row.record] = _opened(session, row.id, row.identity)
    return found


def _opened(session: WorkSession, row: int, identity: bytes) -> dict[str, str]:
    opened: dict[str, str] = json.loads(session.keys.decrypt(identity, f"pub_deliveries.identity:{row}"))
    return opened


def some(values: Collection[str]) -> Iterator[list[str]]:
    """As many at a time as a statement takes."""
    listed = list(values)
    return (listed[start : start + _SOME] for start in range(0, len(listed), _SOME))


def key_of(channel: str, position: int, round_: int) -> str:
    """The idempotency key of an entry on a channel, the same at every attempt of one round."""
    return sha256(f"{channel}\n{position}\n{round_}".encode()).hexdigest()[:32]
