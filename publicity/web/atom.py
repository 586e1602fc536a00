"""Atom feeds: of every list, of a person, a firm, and of a search that somebody saves as an address."""

import json
from datetime import UTC, datetime, time

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from publicity.alerts import topics
from publicity.lookup import atom
from publicity.lookup.atom import Told
from registry.kernel.access import public
from registry.kernel.clock import SHANGHAI
from registry.kernel.host import settings, work
from registry.kernel.work import WorkSession
from registry.ledger import book

ENTRIES = 50

blueprint = Blueprint("atom", __name__)


@blueprint.get("/notices.atom")
@public
def notices() -> ResponseReturnValue:
    """Kept to a kind, a person or a firm by the same parameters as the list."""
    return _feed("notices")


@blueprint.get("/search.atom")
@public
def search() -> ResponseReturnValue:
    """What becomes public about whomever a search finds."""
    return _feed("search")


@blueprint.get("/notices/withdrawn.atom")
@public
def withdrawn() -> ResponseReturnValue:
    return _feed("withdrawn")


@blueprint.get("/inspections.atom")
@public
def inspections() -> ResponseReturnValue:
    return _feed("inspections")


@blueprint.get("/draws.atom")
@public
def draws() -> ResponseReturnValue:
    return _feed("draws")


@blueprint.get("/matters.atom")
@public
def matters() -> ResponseReturnValue:
    return _feed("matters")


@blueprint.get("/inspection-plans.atom")
@public
def plans() -> ResponseReturnValue:
    return _feed("plans")


def _feed(name: str) -> ResponseReturnValue:
    topic = topics.read(name, request.args)
    with work().read() as session:
        listed = topics.items(session, topic, limit=ENTRIES)
        title = topics.title(session, topic)
        changed = _changed(session)
        midnight = datetime.combine(session.today, time(), SHANGHAI)
    host = settings().public_url
    body = atom.feed_of(
        title=f"{title} · {settings().bureau}法律服务信用公示",
        author=settings().bureau,
        address=host + topic.feed,
        page=host + topic.page,
        entries=[
            Told(
                host + one.path,
                f"{one.kind_title}：{one.title}",
                one.published_at,
                one.changed_at,
                (one.kind, one.kind_title),
                one.summary,
            )
            for one in listed
        ],
        empty=midnight,
    )
    answer = Response(body, content_type=f"{atom.MEDIA_TYPE}; charset=utf-8")
    answer.add_etag()
    if name != "search":
        # What leaves a feed changes it too: by an entry of the book, or with the day. Whom a search finds, the register says.
        answer.last_modified = max(changed, midnight)
    return answer.make_conditional(request)


def _changed(session: WorkSession) -> datetime:
    """When the public book last grew."""
    size = book.head(session, "public").size
    if not size:
        return datetime.min.replace(tzinfo=UTC)
    last = book.entry(session, "public", size - 1, on=session.today)
    return datetime.fromisoformat(json.loads(last.leaf)["time"])
