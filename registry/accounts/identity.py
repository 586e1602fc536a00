"""Who makes a request: a member of staff by the session cookie, a program by its token."""

from datetime import datetime, timedelta

from flask import Request
from flask import session as cookie

from registry.accounts import clients, staff
from registry.accounts.staff import Staff
from registry.kernel.access import Actor
from registry.kernel.faults import NotFound
from registry.kernel.host import host
from registry.kernel.work import WorkSession

# A session ends by itself after a working day, so that yesterday's open browser signs nothing today.
LONGEST_SESSION = timedelta(hours=12)


def identify(request: Request, session: WorkSession) -> Actor | None:
    """The actor behind the request, or None when it names nobody.

    Raises Unidentified for a Bearer token that is unknown or revoked: a program must learn that its token has ended.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return clients.bearer(session, token.strip(), host().grants)
    if "staff" not in cookie:
        return None
    if session.now - datetime.fromisoformat(cookie["since"]) < LONGEST_SESSION:
        try:
            person = staff.find(session, cookie["staff"])
        except NotFound:
            return None
        if person.ended_at is None and person.epoch == cookie["epoch"]:
            return person.actor(host().permissions)
    return None


def begin_session(person: Staff, now: datetime) -> None:
    """Gives the browser a session of its own: whatever cookie it brought along is worth nothing any more."""
    cookie.clear()
    cookie["staff"] = person.public_id
    cookie["epoch"] = person.epoch
    cookie["since"] = now.isoformat()


def end_session() -> None:
    cookie.clear()
