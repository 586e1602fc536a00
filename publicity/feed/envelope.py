"""The feed's JSON, exactly as its readers rely on it. Pure.

Bodies go out as the bytes that were hashed: a reader that takes the text between the quotes of the envelope, or
re-encodes by RFC 8785, gets the same digest.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    # Values that the ledger hands over; at run time nothing here needs the database behind it.
    from registry.ledger.book import Head, Stored

FORMAT = "legal-credit-feed/1"
LARGEST_PAGE = 1000
ENDS = frozenset({"withdraw", "expire"})
BUCKETS = 256


def page(head: Head, entries: Iterable[Stored], *, start: int, entitled: bool) -> bytes:
    """One page of the feed. `entitled`: whether its reader may have the restricted bodies."""
    listed = [entry_of(stored, entitled=entitled) for stored in entries]
    return dumps(
        {
            "format": FORMAT,
            "entries": listed,
            "next": start + len(listed),
            "size": head.size,
            "checkpoint": head.checkpoint,
        }
    )


def first_line(head: Head, *, start: int) -> bytes:
    """What a page says besides its entries, as the first line of a stream that begins at `start`."""
    return dumps({"format": FORMAT, "start": start, "size": head.size, "checkpoint": head.checkpoint}) + b"\n"


def line(stored: Stored, *, entitled: bool) -> bytes:
    """One entry as a line of a stream."""
    return orjson.dumps(entry_of(stored, entitled=entitled), option=orjson.OPT_APPEND_NEWLINE)


def dumps(document: Mapping[str, Any]) -> bytes:
    """JSON as it goes out."""
    return orjson.dumps(document)


def entry_of(stored: Stored, *, entitled: bool) -> dict[str, Any]:
    """One entry. Without its salt a restricted digest tells nothing, with it an identity number can be guessed; so the
    salt is withheld together with the body."""
    return {
        "index": stored.index,
        "leaf": base64.b64encode(stored.leaf).decode(),
        "action": stored.action,
        "record": stored.record,
        "version": stored.version,
        "salt": stored.salt,
        "body": _verbatim(stored.body),
        "restricted_salt": stored.restricted_salt if entitled else None,
        "restricted": _verbatim(stored.restricted) if entitled else None,
    }


def page_tag(head: Head, *, start: int, limit: int | None, entitled: bool, day: str) -> str:
    """An entity tag that changes whenever the page might: with the log, and with the day, on which terms end. A stream
    has no limit."""
    parts = (head.checkpoint, str(start), str(limit), str(entitled), day)
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


class Fold:
    """The 256 digests of the live records, taken in one after another in order of record. Memory does not grow."""

    def __init__(self) -> None:
        self._hashes = [sha256() for _ in range(BUCKETS)]
        self._counts = [0] * BUCKETS

    def add(self, record: str, version: int, digest: str) -> None:
        """Takes in the latest version of a record that has not ended. Records come in ascending order of their bytes."""
        bucket = sha256(record.encode()).digest()[0]
        self._hashes[bucket].update(f"{record}\t{version}\t{digest}\n".encode())
        self._counts[bucket] += 1

    def buckets(self) -> list[dict[str, Any]]:
        return [
            {"count": count, "digest": digest.hexdigest()}
            for count, digest in zip(self._counts, self._hashes, strict=True)
        ]


def _verbatim(body: bytes | None) -> orjson.Fragment | None:
    return None if body is None else orjson.Fragment(body)
