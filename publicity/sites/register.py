"""A clerk registers the site that a firm showed to be its own, and ends it; the current ones are read for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from publicity.sites.hosts import host as host_of
from publicity.sites.tables import SiteRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.tables import OrganisationRow

REGISTER = "site.register"


@dataclass(frozen=True)
class Site:
    public_id: str
    host: str
    organisation: str
    organisation_name: str
    since: date


def add(session: WorkSession, actor: Actor, *, uscc: str, host: str) -> str:
    """Registers `host` for the organisation with this credit code; gives the site's id.

    Raises Refused, Invalid naming `uscc` or `host`, Conflict (`registered`). The act is `site.add`.
    """
    actor.require(REGISTER)
    place = find.by_uscc(session, uscc)
    if place is None:
        raise Invalid.field("uscc", "unknown", "名册中没有这个统一社会信用代码的机构")
    name = host_of(host)
    # Held until the unit of work ends, so that two who register one host at once are told.
    session.scalar(select(OrganisationRow.id).where(OrganisationRow.id == place.id).with_for_update())
    running = select(SiteRow).where(SiteRow.host == name, SiteRow.until.is_(None))
    if (held := session.scalar(running)) is not None:
        whose = "这家机构" if held.organisation_id == place.id else "另一家机构"
        raise Conflict(f"这个域名已经登记给{whose}", rule="registered")
    row = SiteRow(
        public_id=session.new_id(),
        organisation_id=place.id,
        host=name,
        since=session.today,
        recorded_at=session.now,
        recorded_by=actor.id,
    )
    session.add(row)
    session.flush()
    session.act("site.add", row.public_id, organisation=place.public_id, host=name)
    return row.public_id


def end(session: WorkSession, actor: Actor, *, site: str) -> None:
    """From today on the host is not the firm's. Raises Refused, NotFound, Conflict (`ended`). The act is `site.end`."""
    actor.require(REGISTER)
    row = session.scalar(select(SiteRow).where(SiteRow.public_id == site).with_for_update())
    if row is None:
        raise NotFound("没有登记这个网站")
    if row.until is not None:
        raise Conflict("这个网站的登记已经结束", rule="ended")
    row.until = session.today
    session.flush()
    session.act("site.end", row.public_id, host=row.host)


def hosts(session: WorkSession, organisation: str) -> list[str]:
    """The hosts registered for an organisation (public id) today."""
    held = (
        select(SiteRow.host)
        .join(OrganisationRow, OrganisationRow.id == SiteRow.organisation_id)
        .where(OrganisationRow.public_id == organisation, SiteRow.until.is_(None))
    )
    return list(session.scalars(held.order_by(SiteRow.id)))


def sites(session: WorkSession, *, after: int = 0, limit: int) -> Sequence[tuple[int, Site]]:
    """Registered sites in the order of their registration, each with its cursor."""
    rows = session.execute(
        select(SiteRow, OrganisationRow.public_id, OrganisationRow.name)
        .join(OrganisationRow, OrganisationRow.id == SiteRow.organisation_id)
        .where(SiteRow.until.is_(None), SiteRow.id > after)
        .order_by(SiteRow.id)
        .limit(limit)
    )
    return [
        (
            row.SiteRow.id,
            Site(row.SiteRow.public_id, row.SiteRow.host, row.public_id, row.name, row.SiteRow.since),
        )
        for row in rows
    ]
