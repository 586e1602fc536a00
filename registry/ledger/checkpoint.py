"""Checkpoints (C2SP tlog-checkpoint): the signed head of a log. Pure."""

import base64
import binascii
from collections.abc import Collection, Sequence
from typing import NamedTuple

from registry.ledger.merkle import HASH_SIZE
from registry.ledger.note import NoteError, Signer, Verifier, open_note, sign_note


class Checkpoint(NamedTuple):
    """The head of a log: its origin line, number of leaves, RFC 6962 root (32 bytes), and extension lines if any."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(line + "\n" for line in lines)


def sign_checkpoint(checkpoint: Checkpoint, signers: Sequence[Signer]) -> str:
    """The checkpoint as a signed note. The caller has made sure that it extends every head signed before."""
    return sign_note(checkpoint.text, signers)


def open_checkpoint(note: str, verifiers: Collection[Verifier], *, origin: str | None = None) -> Checkpoint:
    """The checkpoint in a note that a known key signed; `origin` is the log it must be of.

    NoteError when the note does not open, is no checkpoint, or is another log's.
    """
    checkpoint = parse_checkpoint(open_note(note, verifiers).text)
    if origin is not None and checkpoint.origin != origin:
        raise NoteError(f"a checkpoint of {checkpoint.origin}, not of {origin}")
    return checkpoint


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a note whose signature has been checked. NoteError when it is not exactly a checkpoint's."""
    origin, *rest = text.removesuffix("\n").split("\n")
    try:
        size, root, *extensions = rest
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True), tuple(extensions))
    except (ValueError, binascii.Error) as malformed:
        raise NoteError("not a checkpoint") from malformed
    # Comparing with what we would write refuses signs, leading zeros, other digits and loose base64 in one stroke.
    if (
        checkpoint.text != text
        or not origin
        or len(checkpoint.root) != HASH_SIZE
        or "" in extensions
        or size[0] == "-"
    ):
        raise NoteError("not a checkpoint")
    return checkpoint
