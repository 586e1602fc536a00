"""Writes a book as files in the layout it is served in: a static mirror that any web server or disk can hold."""

from pathlib import Path

from registry.kernel.work import WorkSession
from registry.ledger import tree
from registry.ledger.book import Book, Head, head, vkey
from registry.ledger.tiles import tiles_of


def export(session: WorkSession, book: Book, folder: Path) -> Head:
    """Writes tiles, entry bundles, verifier key and, last, the checkpoint; returns the head that was written.

    A file that is there already is left alone, for a tile never changes; so a second export adds only what is new.
    The checkpoint comes last: a reader of a half-written mirror still finds everything that its checkpoint covers.
    """
    newest = head(session, book)
    for tile in tiles_of(newest.size):
        path = folder / "tile" / tile.path
        if not path.exists():
            found = tree.resource(session, book, tile)
            if found is None:
                raise tree.Inconsistent(f"{book}: tile {tile.path} of the head is not stored")
            _write(path, found)
    _write(folder / "vkey", vkey(session, book).encode() + b"\n")
    _write(folder / "checkpoint", newest.checkpoint.encode())
    return newest


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, so that a file that exists is a finished one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = path.with_name(f".{path.name}.part")
    staging.write_bytes(content)
    staging.replace(path)
