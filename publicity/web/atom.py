"""Atom feeds: of every list, of a person, a firm, and of a search that somebody saves as an address."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from publicity.lookup import atom, pages
from publicity.lookup.asked import Asked
from publicity.lookup.pages import NoticeList
from publicity.web import public as site
from registry.kernel.access import public
from registry.kernel.host import settings, work

ENTRIES = 50

blueprint = Blueprint("atom", __name__)


@blueprint.get("/notices.atom")
@public
def notices() -> ResponseReturnValue:
    """Kept to a kind, a person or a firm by the same parameters as the list."""
    chosen, subject = site.chosen_asked(), site.subject_asked()
    with work().read() as session:
        listed = pages.notice_list(session, chosen=chosen, subject=subject, limit=ENTRIES)
        moment = session.now
    whose = {listed.subject[0]: listed.subject[1].id} if listed.subject else {}
    named = site.list_title(chosen.kinds[0] if len(chosen.kinds) == 1 else None)
    title = f"{listed.subject[1].name} · {named}" if listed.subject else named
    return _answer(listed, title, "atom.notices", "public.index", {**chosen.parameters, **whose}, moment)


@blueprint.get("/search.atom")
@public
def search() -> ResponseReturnValue:
    """What becomes public about whomever a search finds."""
    asked = Asked.given(request.args)
    with work().read() as session:
        listed = pages.notices_of_search(session, asked, limit=ENTRIES)
        moment = session.now
    title = f"“{asked.q or '按条件'}”的公示"
    return _answer(listed, title, "atom.search", "search.page", asked.parameters, moment)


def _answer(
    listed: NoticeList, title: str, endpoint: str, page: str, given: Mapping[str, str], moment: datetime
) -> ResponseReturnValue:
    host = settings().public_url
    body = atom.feed(
        title=f"{title} · {settings().bureau}法律服务信用公示",
        author=settings().bureau,
        address=host + url_for(endpoint, **given),  # type: ignore[arg-type]
        page=host + url_for(page, **given),  # type: ignore[arg-type]
        public_url=host,
        notices=listed.notices,
        empty=moment.replace(hour=0, minute=0, second=0, microsecond=0),
    )
    answer = Response(body, content_type=f"{atom.MEDIA_TYPE}; charset=utf-8")
    answer.add_etag()
    return answer.make_conditional(request)
