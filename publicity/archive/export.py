"""The self-checking export: one ZIP of a release, or of a class and year, written as it is sent."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from publicity.archive.check import FORMAT, MANIFEST, SIGNATURE
from publicity.archive.dossier import File, dossier, files, json_bytes
from publicity.release.tables import Release
from registry.kernel.access import Actor
from registry.kernel.faults import NotFound
from registry.kernel.secrets import Keyring
from registry.kernel.work import Work, WorkSession
from registry.ledger.note import Signer, sign_note

EXPORT = "archive.export"
KEY = "archive"
"""The key that signs manifests; it signs nothing else, so that no manifest can be taken for a checkpoint."""

_HERE = Path(__file__).parent
_WHEN = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Wanted:
    """What is to be exported: `of` is an archive number, or class and year as `许可-2026`."""

    of: str
    releases: Sequence[str]


def release(session: WorkSession, actor: Actor, *, public_id: str) -> Wanted:
    """One archived release. Raises Refused, NotFound. The act is `archive.export` on the release."""
    actor.require(EXPORT)
    row = session.scalar(select(Release).where(Release.public_id == public_id))
    if row is None or row.archive_number is None:
        raise NotFound("没有这件档案")
    session.act(EXPORT, row.public_id, number=row.archive_number)
    return Wanted(row.archive_number, [row.public_id])


def class_and_year(session: WorkSession, actor: Actor, *, archive_class: str, year: int) -> Wanted:
    """All releases of a class and year in the order of their numbers. Raises Refused, NotFound where there are none. The
    act is `archive.export` on the archive."""
    actor.require(EXPORT)
    found = session.scalars(
        select(Release.public_id)
        .where(
            Release.archive_class == archive_class,
            Release.archive_year == year,
            Release.archive_serial.is_not(None),
        )
        .order_by(Release.archive_serial)
    ).all()
    if not found:
        raise NotFound("这一类别和年度还没有档案")
    of = f"{archive_class}-{year}"
    session.act(EXPORT, KEY, archive_class=archive_class, year=year, releases=len(found))
    return Wanted(of, found)


def stream(work: Work, wanted: Wanted, *, bureau: str, public_url: str) -> Iterator[bytes]:
    """The ZIP piece by piece. One release is in memory at a time, and read in a unit of work of its own.

    While nothing of it changes, the same archive gives the same bytes: no time of export, proofs under the first
    checkpoint that covers a version, files in the order of their numbers.
    """
    written = _Written()
    listed: list[dict[str, object]] = []
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in _contents(work, wanted, bureau=bureau, public_url=public_url):
            listed.append({"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()})
            _put(packed, name, content)
            yield written.taken()
        manifest = json_bytes({"format": FORMAT, "of": wanted.of, "files": listed})
        _put(packed, MANIFEST, manifest)
        _put(packed, SIGNATURE, signed(work.keys, wanted.of, manifest).encode())
    yield written.taken()


def signed(keys: Keyring, of: str, manifest: bytes) -> str:
    """A signed note over format, what is exported, and the manifest's digest."""
    text = f"{FORMAT}\n{of}\n{hashlib.sha256(manifest).hexdigest()}\n"
    return sign_note(text, [signer(keys)])


def signer(keys: Keyring) -> Signer:
    return Signer(keys.origin(KEY), keys.signing_key(KEY))


def vkeys(keys: Keyring) -> list[str]:
    """The verifier keys of manifests and of the public log's checkpoints."""
    log = Signer(keys.origin("public"), keys.signing_key("public"))
    return [signer(keys).verifier.vkey, log.verifier.vkey]


def _contents(work: Work, wanted: Wanted, *, bureau: str, public_url: str) -> Iterator[File]:
    yield "README.txt", (_HERE / "readme.txt").read_bytes()
    yield "check.py", (_HERE / "check.py").read_bytes()
    yield "vkeys.txt", "".join(f"{vkey}\n" for vkey in vkeys(work.keys)).encode()
    for public_id in wanted.releases:
        with work.read() as session:
            of = dossier(session, public_id)
        yield from files(of, bureau=bureau, public_url=public_url)


def _put(packed: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
    packed.writestr(entry, content)


class _Written(io.RawIOBase):
    """Takes what the library writes until it is sent on; it cannot be sought in, so nothing is kept."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object, /) -> int:
        content = bytes(piece)  # type: ignore[call-overload]
        self._pieces.append(content)
        return len(content)

    def taken(self) -> bytes:
        content = b"".join(self._pieces)
        self._pieces.clear()
        return content
