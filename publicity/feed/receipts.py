"""Receipts: what a platform says became of the entries it took."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from publicity.feed import queue
from publicity.feed.tables import Receipt
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.faults import FieldFault, Filled, Invalid
from registry.kernel.work import WorkSession
from registry.ledger import book

LARGEST_BATCH = 1000
RESULTS = ("accepted", "rejected")


@dataclass(frozen=True)
class Item:
    """One answer. `index` is the entry's position in the public book."""

    index: int
    result: str
    code: str | None = None
    message: str | None = None
    platform_id: str | None = None


class Counted(NamedTuple):
    """How many answers were new, and how many had been given before."""

    stored: int
    repeated: int


def accept(session: WorkSession, actor: Actor, *, items: Sequence[Item]) -> Counted:
    """Stores the answers that are new, all or none. The same batch may be sent any number of times.

    Raises Invalid naming every `items[n].index` that the log does not have (`unknown_index`), or that the batch answers
    in two ways (`conflicting`): which of them came last, nobody could tell.
    """
    actor.require("feed:receipt")
    size = book.head(session, "public").size
    first: dict[int, Item] = {}
    faults = []
    for place, item in enumerate(items):
        if not 0 <= item.index < size:
            faults.append(
                FieldFault(
                    f"items[{place}].index",
                    "unknown_index",
                    Filled("日志中没有第 %(index)s 条", index=item.index),
                )
            )
        elif first.setdefault(item.index, item) != item:
            faults.append(
                FieldFault(
                    f"items[{place}].index",
                    "conflicting",
                    Filled("对第 %(index)s 条有不同的回执", index=item.index),
                )
            )
    if faults:
        raise Invalid("回执有误，全部未收", faults)
    given = {(item.index, _fingerprint(session, item)): item for item in items}
    asked = select(Receipt.position, Receipt.fingerprint).where(
        Receipt.client == actor.id, Receipt.position.in_({item.index for item in items})
    )
    known = {(row.position, row.fingerprint) for row in session.execute(asked)}
    fresh = {key: item for key, item in given.items() if key not in known}
    if fresh:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        rows = [
            {"client": actor.id, "position": position, "fingerprint": fingerprint, "received_at": session.now}
            | {"result": item.result, "code": item.code, "platform_id": item.platform_id}
            | {"words": item.message and session.keys.encrypt(item.message, _context(actor.id, fingerprint))}
            for (position, fingerprint), item in fresh.items()
        ]
        # The same batch sent twice at once: whoever comes second finds the rows there.
        session.execute(dialect.insert(Receipt).values(rows).on_conflict_do_nothing())
    answers = {item.index: (item.result, item.code, item.message, item.platform_id) for item in items}
    # A repetition settles too: what was sent again may be answered in the same words as before.
    queue.receive(session, actor.id, answers, fresh={position for position, _ in fresh})
    session.act("feed.receipt", actor.id, stored=len(fresh))
    return Counted(len(fresh), len(items) - len(fresh))


def message_of(session: WorkSession, receipt: Receipt) -> str | None:
    """What the platform wrote."""
    if receipt.words is None:
        return receipt.message
    return session.keys.decrypt(receipt.words, _context(receipt.client, receipt.fingerprint))


def _context(client: str, fingerprint: str) -> str:
    return f"pub_receipts.words:{client}:{fingerprint}"


def _fingerprint(session: WorkSession, item: Item) -> str:
    # Keyed, because the few words of a message could be guessed from a plain digest.
    return session.keys.blind(canonical(asdict(item)).decode(), "pub_receipts.fingerprint")
