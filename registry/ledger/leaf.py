"""The leaf: the bytes that are hashed into the tree. Pure.

It names an action on a record and commits to the content by salted digests. No name, number, kind or reason stands in
it, so that content can be purged at the end of its term while every proof still verifies.
"""

import json
import re
from typing import NamedTuple

FORMAT = "legal-credit-leaf/1"
_ACTION = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
_RECORD = re.compile(r"[A-Za-z0-9_.:@/+-]{1,120}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


class Leaf(NamedTuple):
    """`time` is RFC 3339, UTC, whole seconds; `digest` and `restricted` are hex SHA-256 over salt bytes and JCS(body)."""

    action: str
    record: str
    version: int
    time: str
    digest: str
    restricted: str | None

    def encode(self) -> bytes:
        """The leaf as canonical JSON (RFC 8785). ValueError when a part has a character that a leaf may not have.

        A record is a public id: text that could say whom it is about, such as a name, is refused, because what is in the
        tree can never be taken out again. What passes needs no escaping, so the canonical form is this one line.
        """
        valid = (
            _ACTION.fullmatch(self.action)
            and _RECORD.fullmatch(self.record)
            and type(self.version) is int  # a bool or a float compares like one and is written unlike one
            and 1 <= self.version < 1 << 53
            and _TIME.fullmatch(self.time)
            and _DIGEST.fullmatch(self.digest)
            and (self.restricted is None or _DIGEST.fullmatch(self.restricted))
        )
        if not valid:
            raise ValueError(
                f"not a leaf: action {self.action!r}, record {self.record!r}, version {self.version!r}"
            )
        restricted = "null" if self.restricted is None else f'"{self.restricted}"'
        return (
            f'{{"action":"{self.action}","digest":"{self.digest}","format":"{FORMAT}","record":"{self.record}",'
            f'"restricted":{restricted},"time":"{self.time}","version":{self.version}}}'
        ).encode()


def parse_leaf(stored: bytes) -> Leaf:
    """Read stored bytes. ValueError unless they are exactly a leaf in canonical form."""
    try:
        fields = json.loads(stored)
        leaf = Leaf(*(fields[name] for name in Leaf._fields))
        if leaf.encode() == stored:
            return leaf
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError):
        pass
    raise ValueError("not a leaf in canonical form")
