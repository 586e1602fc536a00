"""The files of evidence, outside the database: encrypted, each named by the SHA-256 of its content.

A file is whole before a row names it: it is written beside its place, brought to the disk and moved there. What a crash
leaves is a file without a row, which the nightly check removes.
"""

import fcntl
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from registry.kernel.faults import Fault
from registry.kernel.secrets import KeyMissing, Keyring
from registry.kernel.work import Work

FOLDER = "evidence"
State = Literal["missing", "altered"]
FAULTS: Mapping[State, str] = {"missing": "文件缺失", "altered": "文件已被改动"}


class Damaged(Fault):
    """A file is not what was stored: it is gone or its bytes changed."""

    status = 500
    rule = "evidence-damaged"


class Store:
    """The files of one installation, in `folder`, sealed under its keys."""

    def __init__(self, folder: Path, keys: Keyring) -> None:
        self._folder = folder
        self._keys = keys

    @classmethod
    def of(cls, work: Work) -> "Store":
        """Raises ValueError for a composition without a folder."""
        if work.home is None:
            raise ValueError("this composition keeps no files")
        return cls(work.home / FOLDER, work.keys)

    def put(self, content: bytes) -> str:
        """Stores a file, once whoever asks, and returns its digest."""
        digest = sha256(content).hexdigest()
        path = self._path(digest)
        with self._locked(fcntl.LOCK_SH):
            if self.state(digest) is None:
                # The check must not take it for forgotten while the row that will name it is on its way.
                os.utime(path)
                return digest
            path.parent.mkdir(mode=0o700, exist_ok=True)
            staging = path.with_name(f".{digest}.{os.urandom(6).hex()}")
            descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(self._keys.seal(content, f"evidence:{digest}"))
                file.flush()
                os.fsync(file.fileno())
            staging.replace(path)
            _settle(path.parent)
            _settle(self._folder)
        return digest

    def get(self, digest: str) -> bytes:
        """The content of a file. Raises Damaged if it is gone, altered or sealed under a key that is not here."""
        try:
            return self._opened(digest)
        except FileNotFoundError as error:
            raise Damaged("证据文件不在存放处，请联系管理员从备份恢复") from error
        except KeyMissing as error:
            raise Damaged("证据文件已被改动，请联系管理员从备份恢复") from error

    def state(self, digest: str) -> State | None:
        """What is wrong with a file, None if nothing is."""
        try:
            self._opened(digest)
        except FileNotFoundError:
            return "missing"
        except KeyMissing:
            return "altered"
        return None

    def forget(self, known: Collection[str], *, before: datetime) -> int:
        """Removes files that nobody named in `known`, and half-written ones, last touched before that moment."""
        removed = 0
        with self._locked(fcntl.LOCK_EX):
            for path in self._folder.glob("*/*"):
                if path.name not in known and path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    removed += 1
        return removed

    def _opened(self, digest: str) -> bytes:
        """The seal is bound to the name: bytes that open under it are those that were stored as it."""
        return self._keys.unseal(self._path(digest).read_bytes(), f"evidence:{digest}")

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Writers together, the sweep alone: between its look at a file's age and the removal nobody touches it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / ".lock").open("a") as file:
            fcntl.flock(file, how)
            yield


def _settle(folder: Path) -> None:
    """Brings the move itself to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
