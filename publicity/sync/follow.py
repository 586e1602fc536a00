"""One round of the sync client: read on, prove, apply, forget, answer, compare, heal. Killed anywhere, the next goes on."""

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice

import orjson

from publicity.sync.copy import Copy, Place
from publicity.sync.reading import (
    Entry,
    Untrue,
    grown,
    nodes,
    prove,
    read_digests,
    read_entry,
    read_head,
    read_key,
    read_note,
)
from publicity.sync.transport import Garbled, Refused, Server, Stream, Unreachable
from registry.ledger.merkle import Frontier, NodeOf
from registry.ledger.note import Verifier

BATCH = 2000
RECEIPTS = 1000
_FRUITLESS = 5
_FEED = "/feed/v1"


@dataclass(frozen=True)
class Round:
    """What a round did: entries read, receipts sent, buckets healed; and where the copy stands. `agrees` is None when the
    digests were not compared; `receipts` None where the token may not send any."""

    size: int
    read: int
    receipts: int | None
    healed: int
    live: int | None
    agrees: bool | None


class Client:
    """The sync client of one copy. `vkey` is the key to pin at the first contact, or must be the one that is pinned."""

    def __init__(self, server: Server, copy: Copy, *, vkey: str | None = None) -> None:
        self._server = server
        self._copy = copy
        self._place, self._verifier = self._pinned(vkey)
        self._tag: str | None = None

    def round(self, *, today: date, receipts: bool, compare: bool) -> Round:
        """Brings the copy up to the newest checkpoint. Raises Untrue for what does not hold, Unreachable, Refused, Moved;
        then the copy stands where everything before was proved."""
        before = self._place.frontier.size
        self._read()
        self._copy.forget(today)
        sent = self._answer() if receipts else None
        healed, live = self._compare() if compare else (0, None)
        return Round(
            size=self._place.frontier.size,
            read=self._place.frontier.size - before,
            receipts=sent,
            healed=healed,
            live=live,
            agrees=True if compare else None,
        )

    def _pinned(self, vkey: str | None) -> tuple[Place, Verifier]:
        place = self._copy.place()
        if place is None:
            key = vkey or _text(self._server.get("/log/vkey").body)
            verifier = read_key(key)
            note = _text(self._server.get("/log/checkpoint").body)
            read_note(note, verifier)
            return self._copy.begin(verifier.vkey, note), verifier
        if vkey is not None and read_key(vkey).vkey != place.vkey:
            raise Untrue("another verifier key is pinned to this copy")
        return place, read_key(place.vkey)

    def _read(self) -> None:
        fruitless = 0
        while fruitless < _FRUITLESS:
            start = self._place.frontier.size
            with self._stream(start) as stream:
                if not stream.changed:
                    return
                lines = stream.lines()
                first = next(lines, None)
                size = self._take(first, lines) if first is not None else None
                if self._place.frontier.size == size:
                    self._tag = stream.tag if start == size else None
                    return
            fruitless = 0 if self._place.frontier.size > start else fruitless + 1
        raise Unreachable("the stream breaks off again and again")

    def _stream(self, start: int) -> Stream:
        try:
            return self._server.stream(f"{_FEED}/entries.ndjson?start={start}", tag=self._tag)
        except Refused as error:
            if error.rule == "start_beyond_end":
                raise Untrue(f"the log became shorter than {start} leaves") from error
            raise

    def _take(self, first: bytes, lines: Iterator[bytes]) -> int:
        """Applies what arrives of one stream, batch by batch; returns the size that its head promised."""
        place = self._place
        head = read_head(first, self._verifier, start=place.frontier.size)
        node = self._nodes(head.size)
        if head.note != place.checkpoint:
            # Whatever was signed before must be the beginning of what is signed now, read by us or not.
            seen = read_note(place.checkpoint, self._verifier)
            prove(seen.size, seen.root, head, node)
        prove(place.frontier.size, place.frontier.root, head, node)
        for batch in _batches(lines, start=place.frontier.size, stop=head.size):
            frontier = grown(place.frontier, (entry.hash for entry in batch), head, node)
            place = self._place = self._copy.apply(place, batch, frontier, head.note)
        return head.size

    def _answer(self) -> int | None:
        sent = 0
        while (start := self._place.answered) < self._place.frontier.size:
            stop = min(start + RECEIPTS, self._place.frontier.size)
            items = [{"index": index, "result": "accepted"} for index in range(start, stop)]
            try:
                self._server.post(f"{_FEED}/receipts", {"items": items})
            except Refused as error:
                if error.status == 403:
                    return None
                raise
            self._place = self._copy.answer(self._place, stop)
            sent += stop - start
        return sent

    def _compare(self) -> tuple[int, int]:
        """How many buckets were healed, and how many records live. Raises Untrue when they differ all the same."""
        differing, live = self._differing()
        if differing:
            with contextlib.closing(self._all()) as entries:
                self._copy.heal(self._place, entries, differing)
            left, live = self._differing()
            if left:
                raise Untrue("the digests are not those of the log, though every leaf of it holds")
        return len(differing), live

    def _differing(self) -> tuple[frozenset[int], int]:
        for _ in range(_FRUITLESS):
            size, theirs = read_digests(self._server.get(f"{_FEED}/digests").body)
            if size == self._place.frontier.size:
                ours = self._copy.fold()
                differ = (
                    number
                    for number, (one, other) in enumerate(zip(ours.digests, theirs, strict=True))
                    if one != other
                )
                return ours.damaged.union(differ), ours.live
            self._read()
        raise Unreachable("the log grows faster than it can be compared")

    def _all(self) -> Generator[list[Entry]]:
        """Every entry again, up to our place; at the end they must have made the tree that we stand on."""
        known, frontier = self._place.frontier, Frontier()
        with self._server.stream(f"{_FEED}/entries.ndjson?start=0") as stream:
            lines = stream.lines()
            size = read_head(next(lines, b""), self._verifier, start=0).size
            for batch in _batches(islice(lines, known.size), start=0, stop=min(size, known.size)):
                frontier, _ = frontier.extend(entry.hash for entry in batch)
                yield batch
        if frontier.size < known.size:
            raise Unreachable("the stream breaks off")
        if frontier.root != known.root:
            raise Untrue("the log does not say what it said before")

    def _nodes(self, size: int) -> NodeOf:
        return nodes(lambda path: self._server.get(f"/log/tile/{path}").body, size)


def _batches(lines: Iterator[bytes], *, start: int, stop: int) -> Iterator[list[Entry]]:
    """Entries from `start`, a batch at a time; the last one is what had arrived. Raises Untrue beyond `stop`."""
    numbered = enumerate(lines, start)
    for first in numbered:
        batch = [read_entry(line, index=index) for index, line in chain([first], islice(numbered, BATCH - 1))]
        if batch[-1].index >= stop:
            raise Untrue("more entries than the checkpoint covers")
        yield batch


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Garbled("not text") from error


def summary(done: Round) -> bytes:
    """A round as one line of JSON."""
    return orjson.dumps(done)
