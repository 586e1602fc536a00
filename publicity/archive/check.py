"""Checks an exported archive: `python3 check.py [FILE.zip]`, or in the folder into which it was unpacked.

Standard library only; a copy of this file lies in every archive. Every file is held to its size and SHA-256 in
manifest.json, the manifest to the digest in manifest.sig, each published version to its leaf (SHA-256 over salt and body),
and each leaf to the checkpoint of the public log (RFC 6962, section 2.1.1). The signatures themselves (Ed25519) want a
library: `legalcredit archive verify FILE` checks them too.
"""

import base64
import hashlib
import json
import sys
import zipfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

FORMAT = "legal-credit-archive/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
OK, ALTERED, MISSING, UNLISTED = "OK", "altered", "missing", "not in the manifest"

Read = Callable[[str], bytes]


def judged(names: Collection[str], read: Read) -> Iterator[tuple[str, str]]:
    """Each file's name with what became of it; `names` may hold one twice, where an archive does."""
    listed = list(names)
    raw = read(MANIFEST) if MANIFEST in listed else b""
    manifest = parsed(raw)
    files = manifest.get("files") if isinstance(manifest, dict) and manifest.get("format") == FORMAT else None
    entries = [entry for entry in files if isinstance(entry, dict)] if isinstance(files, list) else []
    yield MANIFEST, OK if entries and _signed(listed, read, raw) else ALTERED if raw else MISSING
    known = {MANIFEST, SIGNATURE}
    for entry in entries:
        path = str(entry.get("path"))
        known.add(path)
        yield path, _verdict(listed, read, path, entry)
    for name in sorted(set(listed) - known):
        yield name, UNLISTED


def _verdict(names: list[str], read: Read, path: str, entry: dict[str, Any]) -> str:
    if names.count(path) != 1:
        return ALTERED if path in names else MISSING
    content = read(path)
    if len(content) != entry.get("size") or hashlib.sha256(content).hexdigest() != entry.get("sha256"):
        return ALTERED
    if "/versions/" in path and not proven(parsed(content)):
        return ALTERED
    return OK


def _signed(names: list[str], read: Read, manifest: bytes) -> bool:
    """Whether manifest.sig speaks of this manifest: its third line is the digest."""
    if names.count(SIGNATURE) != 1 or names.count(MANIFEST) != 1:
        return False
    lines = read(SIGNATURE).decode("utf-8", "replace").split("\n")
    return len(lines) > 3 and lines[0] == FORMAT and lines[2] == hashlib.sha256(manifest).hexdigest()


def proven(version: Any) -> bool:
    """Whether a version's leaf stands in the tree that its checkpoint names, and its body is the one that the leaf names."""
    try:
        leaf = base64.b64decode(version["leaf"], validate=True)
        path = [base64.b64decode(node, validate=True) for node in version["inclusion"]]
        lines = version["checkpoint"].split("\n")
        size, root = int(lines[1]), base64.b64decode(lines[2], validate=True)
        index, salt, body = version["index"], version["salt"], version["body"]
        said = json.loads(leaf)
        if (said["record"], said["version"]) != (version["record"], version["version"]):
            return False
        # After the end of its term a version has neither salt nor body, and its leaf stays.
        if salt is not None and body is not None:
            content = bytes.fromhex(salt) + base64.b64decode(body, validate=True)
            if said["digest"] != hashlib.sha256(content).hexdigest():
                return False
        return _root(hashlib.sha256(b"\x00" + leaf).digest(), index, size, path) == root
    except (KeyError, TypeError, ValueError, IndexError):
        return False


def _root(node: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that an audit path leads to; the algorithm of RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return None
    last = size - 1
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


def parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def opened(place: Path) -> tuple[list[str], Read]:
    """The names in a ZIP file or a folder, and how to read one. Raises OSError, zipfile.BadZipFile."""
    if place.is_dir():
        found = sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())
        return found, lambda name: (place / name).read_bytes()
    packed = zipfile.ZipFile(place)

    def read(name: str) -> bytes:
        try:
            return packed.read(name)
        except (zipfile.BadZipFile, OSError, ValueError):
            return b""

    return packed.namelist(), read


def main(arguments: list[str]) -> int:
    place = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    names, read = opened(place)
    wrong = 0
    for name, verdict in judged(names, read):
        sys.stdout.write(f"{verdict}\t{name}\n")
        wrong += verdict != OK
    sys.stdout.write(
        f"{wrong} wrong\n" if wrong else "all files OK; signatures: legalcredit archive verify\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
