"""Notes where else a release was published, and reads it back."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from publicity.release import decide, states
from publicity.release.channels.tables import PublicationRow
from publicity.release.tables import Release
from registry.accounts import staff
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid
from registry.kernel.work import WorkSession

CHANNELS: Mapping[str, str] = tomllib.loads(Path(__file__).with_name("channels.toml").read_text("utf-8"))[
    "channels"
]
LONGEST = 200
_PLACE = "pub_publications.place"


class Publication(NamedTuple):
    channel_title: str
    at: datetime
    place: str
    noted_by: str


def note(
    session: WorkSession, actor: Actor, *, release: str, channel: str, at: datetime | None, place: str = ""
) -> None:
    """登记公开渠道: a published release stood at `at` in `channel` (channels.toml) as well. The same again changes nothing.

    Raises Invalid naming fields, Conflict (`unpublished`), Refused, NotFound. The act is `release.channel`.
    """
    actor.require(states.step_named("publish").permission)
    row = decide.locked(session, release)
    went = [step.at for step in row.steps if step.step == "publish" and not step.sent_back]
    if row.state not in (states.PUBLISHED, states.ARCHIVED) or not went:
        raise Conflict("本件尚未公开", rule="unpublished")
    faults = [] if channel in CHANNELS else [FieldFault("channel", "required", "请选择公开渠道")]
    if at is None or not went[-1].replace(second=0, microsecond=0) <= at <= session.now:
        faults.append(FieldFault("at", "moment", "请填写公开时间，不早于本站公开，不晚于现在"))
    if len(place.strip()) > LONGEST:
        faults.append(FieldFault("place", "too_long", f"不超过 {LONGEST} 字"))
    if faults or at is None:
        raise Invalid("公开渠道填写有误，请更正后重新提交", faults)
    same = select(PublicationRow.id).filter_by(release_id=row.id, channel=channel, published_at=at)
    if session.scalar(same) is not None:
        return
    session.add(
        PublicationRow(
            release_id=row.id,
            channel=channel,
            published_at=at,
            place=session.keys.encrypt(place.strip(), _PLACE) if place.strip() else None,
            noted_by=actor.id,
            noted_at=session.now,
        )
    )
    session.act("release.channel", row.public_id, channel=channel)


def publications(session: WorkSession, release: str) -> list[Publication]:
    """Where a release (public id) was published: the site itself first, then what was noted, by time."""
    row = session.scalars(select(Release).where(Release.public_id == release)).one()
    here = [step for step in row.steps if step.step == "publish" and not step.sent_back]
    own = [Publication("本站", step.at, "", step.actor_name) for step in here[-1:]]
    noted = session.scalars(
        select(PublicationRow)
        .where(PublicationRow.release_id == row.id)
        .order_by(PublicationRow.published_at, PublicationRow.id)
    ).all()
    names = staff.names(session, {one.noted_by for one in noted})
    return own + [
        Publication(
            CHANNELS.get(one.channel, one.channel),
            one.published_at,
            session.keys.decrypt(one.place, _PLACE) if one.place else "",
            names.get(one.noted_by, ""),
        )
        for one in noted
    ]
