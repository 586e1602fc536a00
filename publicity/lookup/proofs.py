"""What a citizen needs to check a public record against the log, without trusting this site."""

import base64
from typing import Any, NamedTuple

from registry.kernel.work import WorkSession
from registry.ledger import book
from registry.ledger.book import Stored
from registry.ledger.merkle import leaf_hash

HOW_TO_VERIFY = (
    "1. 用 /log/vkey 的公钥核验 checkpoint 的签名（C2SP signed note，Ed25519）；",
    "2. 取 leaf 的原始字节，计算 SHA-256(0x00 ‖ leaf)，按 inclusion 逐级合并（RFC 6962），应得到 checkpoint 第三行的根；",
    "3. 计算 SHA-256(salt ‖ body 的原始字节)，应等于 leaf 中的 digest。",
)


class Proof(NamedTuple):
    """A leaf with its place under a signed head. `inclusion` is the RFC 6962 audit path, from the leaf upwards."""

    stored: Stored
    size: int
    inclusion: tuple[bytes, ...]
    checkpoint: str

    @property
    def leaf_hash(self) -> str:
        """Hex."""
        return leaf_hash(self.stored.leaf).hex()

    def document(self) -> dict[str, Any]:
        """The proof as JSON; bytes in base64, as they are hashed."""
        return {
            "index": self.stored.index,
            "leaf": _text(self.stored.leaf),
            "salt": self.stored.salt,
            "body": None if self.stored.body is None else _text(self.stored.body),
            "size": self.size,
            "inclusion": [_text(node) for node in self.inclusion],
            "checkpoint": self.checkpoint,
            "how_to_verify": list(HOW_TO_VERIFY),
        }


def proof(session: WorkSession, index: int) -> Proof:
    """The proof of the public book's leaf at `index` under its newest head, as it may be shown today."""
    head = book.head(session, "public")
    return Proof(
        book.entry(session, "public", index, on=session.today),
        head.size,
        tuple(book.inclusion(session, "public", index, head.size)),
        head.checkpoint,
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
