"""检查码: what the letter's QR code says, and what it shows. It tells a subject that its letter is genuine, and an
inspector's check-in that the letter, or the subject itself, was there.

A code is made of the visit's public id and the installation's key, so that nobody can invent one and none is stored. It
shows that whoever scanned it had the letter before them. The live code is shown by the public page of the letter alone and
changes every few minutes: it shows that somebody had that page open at the very time, which paper cannot.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Literal

from inspection.visits.fieldwork.figures import FIGURES
from registry.kernel.secrets import Keyring

Shown = Literal["letter", "live", "unverified", "none"]
SHOWN: dict[Shown, str] = {
    "letter": "通知书上的检查码",
    "live": "检查对象手机上的现场码",
    "unverified": "所录的码与本次检查不符",
    "none": "没有检查码",
}
PATH = "/visits/check/"
_ID = 16
_TYPED = 8


def token(keys: Keyring, visit: str) -> str:
    """32 characters of [a-z2-7]: the visit's public id and 80 bits of HMAC-SHA-256 over it."""
    return visit + _mac(keys, f"letter:{visit}")


def visit_of(keys: Keyring, written: str) -> str | None:
    """The visit (public id) that a token names, None for what is none of ours."""
    visit = written[:_ID]
    return visit if hmac.compare_digest(token(keys, visit).encode(), written.encode()) else None


def typed(keys: Keyring, visit: str) -> str:
    """The end of the token as the letter prints it, for cameras that fail: `abcd efgh`."""
    end = token(keys, visit)[-_TYPED:]
    return f"{end[:4]} {end[4:]}"


def live(keys: Keyring, visit: str, *, at: datetime) -> tuple[str, datetime]:
    """The six digits of the moment, and until when they are shown."""
    minutes = timedelta(minutes=FIGURES.live_minutes)
    window = int(at.timestamp() // minutes.total_seconds())
    until = datetime.fromtimestamp((window + 1) * minutes.total_seconds(), at.tzinfo)
    digest = hmac.digest(keys.secret("visit-codes"), f"live:{visit}:{window}".encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}", until


def shown(keys: Keyring, visit: str, written: str, *, at: datetime) -> Shown:
    """What a code proves that was scanned or typed at the moment `at`, by the phone's clock."""
    code = re.sub(r"[\s-]", "", written.rpartition(PATH)[2]).lower()
    if not code:
        return "none"
    letter = token(keys, visit)
    if hmac.compare_digest(code.encode(), letter.encode()):
        return "letter"
    if hmac.compare_digest(code.encode(), letter[-_TYPED:].encode()):
        return "letter"
    step = timedelta(minutes=FIGURES.live_minutes)
    near = [live(keys, visit, at=at + turn * step)[0] for turn in (-1, 0, 1)]
    return "live" if any(hmac.compare_digest(code.encode(), one.encode()) for one in near) else "unverified"


def fingerprint(keys: Keyring, visit: str) -> str:
    """Hex SHA-256 of the token, by which a phone without a network tells a right scan; 80 unknown bits give nothing away."""
    return hashlib.sha256(token(keys, visit).encode()).hexdigest()


def _mac(keys: Keyring, text: str) -> str:
    digest = hmac.digest(keys.secret("visit-codes"), text.encode(), hashlib.sha256)
    return base64.b32encode(digest[:10]).decode().lower()
