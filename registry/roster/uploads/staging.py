"""The staging folder: files that wait, sealed, and how far work on them has come.

It lies beside the keys and the database, under LEGALCREDIT_HOME/staging. A name tells nothing but the upload's id.
"""

import json
import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from registry.kernel.faults import Gone
from registry.kernel.secrets import KeyMissing
from registry.kernel.work import Work

FOLDER = "staging"


class Progress(NamedTuple):
    """`step` is "check" or "store"; `total` is None while the number of rows is not known."""

    step: str
    done: int
    total: int | None


class Staging:
    """The staged files of one installation."""

    def __init__(self, work: Work) -> None:
        """Raises ValueError for a composition without a folder."""
        if work.home is None:
            raise ValueError("this composition keeps no files")
        self._folder = work.home / FOLDER
        self._keys = work.keys

    def put(self, upload: str, content: bytes, *, part: str = "file") -> None:
        """Stores a part (`file` or `preview`) of an upload, whole or not at all."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(upload, part)
        fresh = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._keys.seal(content, f"staging:{upload}.{part}"))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    def get(self, upload: str, *, part: str = "file") -> bytes:
        """Raises Gone for a part that was removed, or that another key sealed."""
        try:
            return self._keys.unseal(self._path(upload, part).read_bytes(), f"staging:{upload}.{part}")
        except (FileNotFoundError, KeyMissing):
            raise Gone("上传的文件已清除，请重新上传") from None

    def tell(self, upload: str, progress: Progress) -> None:
        """Says how far the work is. In a file: the database is busy with that very work, and on SQLite locked by it."""
        path = self._path(upload, "progress")
        fresh = path.with_name(f".{path.name}")
        fresh.write_text(json.dumps(progress))
        fresh.replace(path)

    def progress(self, upload: str) -> Progress | None:
        try:
            return Progress(*json.loads(self._path(upload, "progress").read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def remove(self, upload: str) -> None:
        """Removes everything of an upload; nothing to remove is as well."""
        for part in ("file", "preview", "progress"):
            self._path(upload, part).unlink(missing_ok=True)

    def sweep(self, known: Collection[str], *, before: datetime) -> int:
        """Removes what belongs to none of the `known` uploads and was last touched before that moment."""
        strays = [
            path
            for path in self._folder.glob("*")
            if path.name.lstrip(".").partition(".")[0] not in known
            and path.stat().st_mtime < before.timestamp()
        ]
        for path in strays:
            path.unlink(missing_ok=True)
        return len(strays)

    def _path(self, upload: str, part: str) -> Path:
        return self._folder / f"{upload}.{part}"
