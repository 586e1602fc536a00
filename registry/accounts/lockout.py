"""Lock-out after failed sign-ins, by name and, coarser, by network address; counted in the database for all processes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import InstrumentedAttribute

from registry.accounts.tables import SignInFailureRow
from registry.kernel.work import WorkSession

WINDOW = timedelta(minutes=15)
PER_NAME = 5
# A whole office may stand behind one address.
PER_ADDRESS = 50


def locked_until(session: WorkSession, username: str, address: str) -> datetime | None:
    """When the name or the address may be tried again; None when it may be tried now."""
    untils = [
        _until(session, SignInFailureRow.name_key, _name_key(session, username), PER_NAME),
        _until(session, SignInFailureRow.address_key, _address_key(session, address), PER_ADDRESS),
    ]
    return max((until for until in untils if until is not None), default=None)


def locked_names(session: WorkSession, usernames: Iterable[str]) -> set[str]:
    """Those of `usernames` that are locked by their own failures."""
    keys = session.scalars(
        select(SignInFailureRow.name_key)
        .where(SignInFailureRow.at > session.now - WINDOW)
        .group_by(SignInFailureRow.name_key)
        .having(func.count() >= PER_NAME)
    ).all()
    return {name for name in usernames if _name_key(session, name) in keys} if keys else set()


def failed(session: WorkSession, username: str, address: str) -> bool:
    """Counts one more failure; True when it is the one that locks the name. Failures past their window are dropped."""
    session.execute(delete(SignInFailureRow).where(SignInFailureRow.at <= session.now - WINDOW))
    name_key = _name_key(session, username)
    session.add(
        SignInFailureRow(name_key=name_key, address_key=_address_key(session, address), at=session.now)
    )
    session.flush()
    return _until(session, SignInFailureRow.name_key, name_key, PER_NAME) is not None


def release(session: WorkSession, username: str) -> None:
    """Forgets the failures of the name; those of the addresses they came from still count there."""
    # The row stays for its address, under a key that no name has.
    failures = session.scalars(
        select(SignInFailureRow).where(SignInFailureRow.name_key == _name_key(session, username))
    )
    for failure in failures:
        failure.name_key = ""


def _until(
    session: WorkSession, column: "InstrumentedAttribute[str]", key: str, allowed: int
) -> datetime | None:
    since = session.now - WINDOW
    nth = session.scalar(
        select(SignInFailureRow.at)
        .where(column == key, SignInFailureRow.at > since)
        .order_by(SignInFailureRow.at.desc())
        .offset(allowed - 1)
        .limit(1)
    )
    return None if nth is None else nth + WINDOW


def _name_key(session: WorkSession, username: str) -> str:
    return session.keys.blind(username, "reg_sign_in_failures.name_key")


def _address_key(session: WorkSession, address: str) -> str:
    return session.keys.blind(address, "reg_sign_in_failures.address_key")
