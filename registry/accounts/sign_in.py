"""Sign-in: the password is checked outside any transaction, what follows from it inside one."""

from datetime import datetime
from math import ceil
from typing import Literal

from sqlalchemy import select

from registry.accounts import lockout, passwords, staff
from registry.accounts.staff import Staff
from registry.accounts.tables import StaffRow
from registry.kernel.access import ANONYMOUS, Actor
from registry.kernel.faults import Fault
from registry.kernel.work import Work, WorkSession


class NotAccepted(Fault):
    """Name and password do not belong together. It is not told whether the name exists."""

    status = 422
    rule = "not_accepted"


class LockedOut(Fault):
    """Too many failures; `seconds` until the next try counts."""

    status = 429
    rule = "locked_out"

    def __init__(self, until: datetime, now: datetime) -> None:
        self.seconds = max(1, ceil((until - now).total_seconds()))
        super().__init__(f"登录失败次数过多，请 {ceil(self.seconds / 60)} 分钟后再试")


def authenticate(
    work: Work,
    *,
    username: str,
    password: str,
    address: str,
    purpose: Literal["sign_in", "confirm"] = "sign_in",
) -> Staff:
    """The active member of staff whom name and password belong to.

    Raises NotAccepted, LockedOut or `passwords.Busy`. Success, failure and lock-out are in the audit book; a failure
    under a name that nobody has is recorded without what was typed. Of guesses made at the same time no more count than
    of guesses made one by one: each is weighed again under the account's lock.
    """
    username = username.strip().lower()
    # What cannot be a name is not looked for, but takes as long and counts as much as one that nobody has.
    sought = username if staff.USERNAME.fullmatch(username) else ""
    with work.read() as session:
        _refuse_locked(session, username, address)
        stored = session.execute(
            select(StaffRow.public_id, StaffRow.name, StaffRow.password_hash).where(
                StaffRow.username == sought, StaffRow.ended_at.is_(None)
            )
        ).one_or_none()
    right = passwords.matches(stored.password_hash if stored else None, password)
    actor = Actor("staff", stored.public_id, stored.name) if stored and right else ANONYMOUS
    with work.write(actor) as session:
        person = session.scalar(select(StaffRow).where(StaffRow.username == sought).with_for_update())
        _refuse_locked(session, username, address)
        # The account may have been ended, or its password reset, while the hash was computed.
        if (
            right
            and person
            and stored
            and person.ended_at is None
            and person.password_hash == stored.password_hash
        ):
            lockout.release(session, username)
            session.act(f"staff.{purpose}", person.public_id, address=address)
            return staff.find(session, person.public_id)
        record = person.public_id if person else ANONYMOUS.id
        session.act("staff.sign_in_failed", record, address=address)
        if lockout.failed(session, username, address):
            session.act("staff.lock_out", record, minutes=int(lockout.WINDOW.total_seconds() // 60))
    raise NotAccepted("用户名或密码不正确")


def _refuse_locked(session: WorkSession, username: str, address: str) -> None:
    until = lockout.locked_until(session, username, address)
    if until is not None:
        raise LockedOut(until, session.now)
