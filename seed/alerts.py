"""Readers of the demo city who follow it by mail. Their addresses are of domains that are nobody's (RFC 2606)."""

from datetime import date

from sqlalchemy import select

from publicity.alerts import subscribe, topics
from publicity.alerts.subscribe import Wanted
from publicity.alerts.tables import AlertRequestRow
from publicity.alerts.wording import Site
from registry.kernel.access import ANONYMOUS
from seed.office import Office

_SITE = Site("http://127.0.0.1:8000", "示范市司法局")
_FOLLOWED: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("reader@example.org", "notices", {"kind": "penalty"}, "daily"),
    ("reader@example.org", "draws", {}, "at_once"),
    ("legal@example.com", "notices", {"kind": "permit,penalty"}, "weekly"),
)


def followed(office: Office, _day: date) -> None:
    """They ask and confirm. The city sends no mail; what was written for them is pointless after two days, and dropped."""
    for address, name, given, frequency in _FOLLOWED:
        with office.work.write(ANONYMOUS) as session:
            wanted = Wanted(topics.read(name, given), address, frequency)
            subscribe.ask(session, session.actor, wanted=wanted, site=_SITE)
        with office.work.write(ANONYMOUS) as session:
            asked = session.scalars(
                select(AlertRequestRow.public_id).where(AlertRequestRow.reader.is_(None))
            ).one()
            subscribe.confirm(session, session.actor, request=asked, key=subscribe.secret(session, asked))
