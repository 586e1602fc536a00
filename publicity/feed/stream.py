"""The whole feed as lines (NDJSON), for a first load: a head line, then one entry a line.

The log only grows and its positions have no gap, so the lines are read in short transactions of their own: a reader at
the other end of a slow line holds no snapshot, and memory stays flat however long the log is. A download may take hours, so
every block asks anew what its reader may have: a token that is revoked ends the stream there.
"""

from collections.abc import Iterator

from publicity.feed import envelope
from registry.accounts.clients import scopes_of
from registry.kernel.work import Work
from registry.ledger import book
from registry.ledger.book import Head


def lines(work: Work, head: Head, *, start: int, client: str) -> Iterator[bytes]:
    """Blocks of whole lines: the page's head without its entries, then the entries from `start` up to the head's size.

    A reader that was cut off has as many entries as it has whole lines, and goes on from there. `client` is the public id of
    the API client that reads.
    """
    yield envelope.first_line(head, start=start)
    for first in range(start, head.size, envelope.LARGEST_PAGE):
        with work.read() as session:
            scopes = scopes_of(session, client)
            if "feed:read" not in scopes:
                return
            entitled = "feed:restricted" in scopes
            limit = min(envelope.LARGEST_PAGE, head.size - first)
            read = book.read(session, "public", start=first, limit=limit, on=session.today)
            block = b"".join(envelope.line(stored, entitled=entitled) for stored in read)
        yield block
