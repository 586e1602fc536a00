"""An exported archive checked whole: its files, its proofs, and who signed."""

import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from publicity.archive import check
from registry.ledger.checkpoint import open_checkpoint
from registry.ledger.note import NoteError, Verifier, open_note

UNSIGNED = "signature does not hold"


class Unreadable(Exception):
    """The file is no archive."""


class Judged(NamedTuple):
    name: str
    verdict: str

    @property
    def sound(self) -> bool:
        return self.verdict == check.OK


def judged(file: Path, verifiers: Collection[Verifier]) -> Iterator[Judged]:
    """Each file with what became of it; `verifiers` are the keys that are trusted, of manifests and of the log.

    Raises Unreadable.
    """
    try:
        names, read = check.opened(file)
    except (OSError, zipfile.BadZipFile) as unread:
        raise Unreadable(str(unread)) from unread
    for name, verdict in check.judged(names, read):
        held = verdict != check.OK or _signed(name, read, verifiers)
        yield Judged(name, verdict if held else UNSIGNED)


def _signed(name: str, read: check.Read, verifiers: Collection[Verifier]) -> bool:
    try:
        if name == check.MANIFEST:
            open_note(read(check.SIGNATURE).decode(), verifiers)
        elif "/versions/" in name:
            open_checkpoint(check.parsed(read(name))["checkpoint"], verifiers)
    except (NoteError, UnicodeDecodeError):
        return False
    return True
