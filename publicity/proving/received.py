"""A paper that somebody was handed: is the seal ours, was anything changed since, and what does it prove?"""

import json
from dataclasses import dataclass

from publicity.proving import statement
from publicity.proving.statement import Proven, Unproven
from registry.ledger.note import Verifier

VERDICTS = {
    "ours": "印章有效，文件未被改动",
    "altered": "盖章之后文件被改动过",
    "other": "印章完好，但不是本局现在使用的印章",
    "unsealed": "文件没有电子印章",
    "unproven": "印章有效，但文件所附的证明不成立",
}


@dataclass(frozen=True)
class Received:
    """`verdict` is of VERDICTS; `signer` is named in the certificate of the seal; `proven` what an attached proof holds."""

    verdict: str
    signer: str | None = None
    proven: Proven | None = None

    @property
    def title(self) -> str:
        return VERDICTS[self.verdict]


def examined(content: bytes, *, ours: str | None, verifier: Verifier) -> Received:
    """What can be said of a PDF. `ours` is the hex SHA-256 of the certificate that the office seals with."""
    # The library takes most of a second to import, and few ask for this.
    from registry.kernel.sealing import Unsealed, opened  # noqa: PLC0415

    try:
        paper = opened(content)
    except Unsealed:
        return Received("unsealed")
    if not paper.intact:
        return Received("altered", paper.signer)
    if paper.certificate != ours:
        return Received("other", paper.signer)
    if not paper.attached:
        return Received("ours", paper.signer)
    try:
        [attached] = paper.attached.values()
        return Received("ours", paper.signer, statement.check(json.loads(attached), verifier))
    except (Unproven, ValueError):
        return Received("unproven", paper.signer)
