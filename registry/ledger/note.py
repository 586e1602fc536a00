"""Signed notes (C2SP signed-note v1) with Ed25519 keys: text that one or more named keys have signed.

Pure. Nothing in a note may be trusted before `open_note` has returned it.
"""

import base64
import binascii
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01
# The specification asks verifiers to accept at least 16 and to set some limit; a note with more is an attack on our time.
MOST_SIGNATURES = 100
_DASH = "\N{EM DASH} "


class NoteError(ValueError):
    """The note or key is malformed, or no known key signed it, or a known key's signature is wrong."""


@dataclass(frozen=True)
class Verifier:
    """A public key and the name it signs under."""

    name: str
    key: Ed25519PublicKey

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(c.isspace() or c < " " for c in self.name):
            raise NoteError(f"not a key name: {self.name!r}")

    @property
    def key_id(self) -> bytes:
        """SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)[:4]."""
        return sha256(self.name.encode() + b"\n" + self._typed_key).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as text: name+hex(key id)+base64(0x01 ‖ public key)."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._typed_key).decode()}"

    @property
    def _typed_key(self) -> bytes:
        return bytes([ED25519]) + self.key.public_bytes_raw()


@dataclass(frozen=True)
class Signer:
    """A private key and the name it signs under."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.public_key())


class Signature(NamedTuple):
    """One signature line: who says to have signed, under which key id, and the signature bytes."""

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """An opened note: its text, the signatures that verified, and those of keys we do not know."""

    text: str
    verified: tuple[Signature, ...]
    unknown: tuple[Signature, ...]


def parse_vkey(vkey: str) -> Verifier:
    """Read a verifier key. NoteError when it is malformed, not Ed25519, or its key id is not the one of this name and key."""
    name, *rest = vkey.split("+", 2)
    if len(rest) != 2:
        raise NoteError("a verifier key has three parts")
    typed_key = _decode(rest[1])
    if len(typed_key) != 33 or typed_key[0] != ED25519:
        raise NoteError("not an Ed25519 verifier key")
    verifier = Verifier(name, Ed25519PublicKey.from_public_bytes(typed_key[1:]))
    if verifier.key_id.hex() != rest[0]:
        raise NoteError("the key id does not belong to this name and key")
    return verifier


def sign_note(text: str, signers: Sequence[Signer]) -> str:
    """The note of `text` with one signature line for each signer, in their order. NoteError when the text cannot be signed."""
    _check_text(text)
    lines = []
    for signer in signers:
        blob = signer.verifier.key_id + signer.key.sign(text.encode())
        lines.append(f"{_DASH}{signer.name} {base64.b64encode(blob).decode()}\n")
    return text + "\n" + "".join(lines)


def open_note(note: str, verifiers: Collection[Verifier]) -> Note:
    """Check a note against the keys we trust.

    Signatures of other keys are passed over, as the specification demands; so are repeated ones of the same key. NoteError
    when the note is malformed, when a known key's signature is wrong, or when no known key signed.
    """
    text, signatures = _parse(note)
    known = {(v.name, v.key_id): v for v in verifiers}
    verified: dict[tuple[str, bytes], Signature] = {}
    unknown = []
    for signature in signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is None:
            unknown.append(signature)
            continue
        try:
            verifier.key.verify(signature.signature, text.encode())
        except InvalidSignature as wrong:
            raise NoteError(f"wrong signature of {signature.name}") from wrong
        verified.setdefault((signature.name, signature.key_id), signature)
    if not verified:
        raise NoteError("no known key signed this note")
    return Note(text, tuple(verified.values()), tuple(unknown))


def _parse(note: str) -> tuple[str, list[Signature]]:
    if any(c < " " and c != "\n" for c in note):
        raise NoteError("a note has no control characters")
    text, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise NoteError("a note ends in a blank line and signature lines")
    text += "\n"
    _check_text(text)
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteError(f"more than {MOST_SIGNATURES} signatures")
    return text, [_parse_signature(line) for line in lines]


def _parse_signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not name or "+" in name or any(c.isspace() for c in name):
        raise NoteError("malformed signature line")
    blob = _decode(encoded)
    if len(blob) <= 4:
        raise NoteError("a signature is longer than its key id")
    return Signature(name, blob[:4], blob[4:])


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(c < " " and c != "\n" for c in text):
        raise NoteError("the text of a note ends in a newline and has no other control characters")


def _decode(encoded: str) -> bytes:
    """Base 64 in its one canonical spelling: spare bits that decoders drop would let a stored note change unseen."""
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as malformed:
        raise NoteError("malformed base64") from malformed
    if base64.b64encode(decoded).decode() != encoded:
        raise NoteError("base64 with stray bits")
    return decoded
