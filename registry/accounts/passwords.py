"""Passwords: what is accepted, and argon2id under a bound."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from registry.kernel.faults import Fault, FieldFault, Invalid
from registry.kernel.work import WorkSession

SHORTEST, LONGEST = 12, 128
# One hash takes 64 MiB and a whole core for a tenth of a second. Without a bound, a burst of sign-ins would take the
# memory and the cores that every other page needs.
CONCURRENT = 2
PATIENCE = 10.0

_hasher = PasswordHasher()
_places = BoundedSemaphore(CONCURRENT)
# What an unknown name is checked against, so that it takes as long to refuse as a known one. Nobody knows its password.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$bGVnYWxjcmVkaXQtbm9ib2R5$" + "A" * 43


class Busy(Fault):
    """More sign-ins at once than this process checks; the caller may try again."""

    status = 503
    rule = "busy"


def hashed(session: WorkSession, password: str) -> str:
    """The argon2id hash to store. Raises Busy when no place gets free in time."""
    with place():
        return _hasher.hash(password, salt=session.random(16))


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one hashed in `stored`; with None it takes the same time and says no.

    Raises Busy when no place gets free in time.
    """
    with place():
        try:
            return _hasher.verify(stored or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False


def generated(session: WorkSession) -> str:
    """A first password to be handed over and changed: 80 random bits in four groups that can be read out."""
    text = base64.b32encode(session.random(10)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def check(password: str, username: str, *, path: str = "password") -> None:
    """Raises Invalid with all that is wrong with a new password."""
    faults = []
    if not SHORTEST <= len(password) <= LONGEST:
        faults.append(FieldFault(path, "length", f"密码应为 {SHORTEST} 至 {LONGEST} 个字符"))
    if len(set(password)) < 6:
        faults.append(FieldFault(path, "variety", "密码至少要有 6 个不同的字符"))
    # A shorter name is in many a word by chance.
    if len(username) >= 4 and username in password.lower():
        faults.append(FieldFault(path, "contains_username", "密码不能包含用户名"))
    if faults:
        raise Invalid("密码不符合要求", faults, rule="password")


@contextmanager
def place(patience: float = PATIENCE) -> Iterator[None]:
    """One of the places to hash in. Raises Busy when none gets free within `patience` seconds."""
    if not _places.acquire(timeout=patience):
        raise Busy("登录的人太多，请稍后再试")
    try:
        yield
    finally:
        _places.release()
