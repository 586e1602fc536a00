"""Keys, field encryption and blind indexes. Keys live in files (or settings) outside the database."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class KeyMissing(Exception):
    """A key file is absent or damaged; what was encrypted under it cannot be read without a restored copy."""


class Keyring:
    """The keys of one installation.

    Field keys have versions: new text is sealed under the newest, old text opens under the one it names, so a key
    can be rotated without touching every row at once.
    """

    def __init__(self, *, fields: Mapping[int, bytes], index: bytes, root: bytes, origin: str) -> None:
        if not fields:
            raise KeyMissing("no field key")
        self._fields = {version: AESGCM(key) for version, key in fields.items()}
        self._newest = max(fields)
        self._index = index
        self._root = root
        self._origin = origin

    @classmethod
    def open(cls, folder: Path, *, origin: str) -> "Keyring":
        """Keys from `folder`, which is made with fresh keys when it does not exist. Raises KeyMissing if incomplete."""
        if not folder.exists():
            _create(folder)
        try:
            fields = {
                int(path.stem.removeprefix("field-")): _read(path)
                for path in sorted(folder.glob("field-*.key"))
            }
            return cls(
                fields=fields,
                index=_read(folder / "index.key"),
                root=_read(folder / "root.key"),
                origin=origin,
            )
        except (OSError, ValueError) as error:
            raise KeyMissing(f"{folder}: {error}") from error

    def encrypt(self, text: str, context: str) -> bytes:
        """AES-256-GCM: key version (2 bytes), nonce (12), ciphertext and tag. `context` (as `table.column`) must be
        given again to decrypt, so a value moved to another column does not open."""
        return self.seal(text.encode(), context)

    def decrypt(self, blob: bytes, context: str) -> str:
        """The text sealed in `blob`. Raises KeyMissing for an unknown key version or altered bytes."""
        return self.unseal(blob, context).decode()

    def seal(self, content: bytes, context: str) -> bytes:
        """As `encrypt`, for the bytes of a file."""
        nonce = os.urandom(_NONCE)
        sealed = self._fields[self._newest].encrypt(nonce, content, context.encode())
        return self._newest.to_bytes(2, "big") + nonce + sealed

    def unseal(self, blob: bytes, context: str) -> bytes:
        """As `decrypt`, for the bytes of a file."""
        version = int.from_bytes(blob[:2], "big")
        if version not in self._fields:
            raise KeyMissing(f"field key {version} is not installed")
        try:
            return self._fields[version].decrypt(blob[2 : 2 + _NONCE], blob[2 + _NONCE :], context.encode())
        except (InvalidTag, ValueError) as error:
            # ValueError: cut off within the nonce.
            raise KeyMissing(f"{context}: altered, or sealed under another key") from error

    def blind(self, text: str, context: str) -> str:
        """Hex HMAC-SHA-256 of the text under the index key: equal texts of one column meet, nothing else shows."""
        return hmac.new(self._index, f"{context}\0{text}".encode(), hashlib.sha256).hexdigest()

    def secret(self, name: str) -> bytes:
        """32 bytes derived for one use, such as `cookies`."""
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=name.encode()).derive(self._root)

    def signing_key(self, book: str) -> Ed25519PrivateKey:
        """The Ed25519 key that signs the checkpoints of `book`."""
        return Ed25519PrivateKey.from_private_bytes(self.secret(f"checkpoint:{book}"))

    def origin(self, book: str) -> str:
        """The origin line of the checkpoints of `book` (C2SP tlog-checkpoint)."""
        return f"{self._origin}/{book}"


def _create(folder: Path) -> None:
    # The database may come to lie beside them, with people's names and decisions in it.
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    staging = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    staging.mkdir(mode=0o700)
    for name in ("field-1", "index", "root"):
        path = staging / f"{name}.key"
        path.touch(mode=0o600)
        path.write_text(base64.b64encode(os.urandom(32)).decode() + "\n")
    try:
        staging.rename(folder)
    except OSError:
        # Another process made the folder first; its keys are the installation's, ours were never used.
        for path in staging.iterdir():
            path.unlink()
        staging.rmdir()


def _read(path: Path) -> bytes:
    key = base64.b64decode(path.read_text().strip(), validate=True)
    if len(key) != 32:
        raise ValueError(f"{path.name} does not hold 32 bytes")
    return key
