"""What everybody sees: practitioners, organisations, notices."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from publicity.lookup import pages, wording
from publicity.lookup.pages import OrganisationPage, PractitionerPage
from publicity.lookup.proofs import HOW_TO_VERIFY
from publicity.notices import find as notices
from publicity.notices.chosen import Chosen
from publicity.release.draft import NOTICE_KINDS, title_of_kind
from publicity.web import values
from registry.credit.catalogue import KINDS
from registry.kernel.access import public
from registry.kernel.faults import Invalid, NotFound
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.roster import kinds
from registry.roster.asof import NOT_YET
from registry.web import charts
from registry.web.roster import districts

Page = TypeVar("Page", PractitionerPage, OrganisationPage)

blueprint = Blueprint("public", __name__, template_folder="templates")

PAGE = 20
DAYS = ("first", "last")
"""The parameters that keep a list to days."""
LISTS = ("permit", "penalty", "finding")
"""Kinds that always have a list, also while it is empty; further kinds get one with their first notice."""

for _filter in (wording.column_title, values.column_text, wording.detail_title):
    blueprint.add_app_template_filter(_filter)


@blueprint.app_template_filter("kind_title")
def kind_title(kind: str) -> str:
    return title_of_kind(kind)


def list_title(kind: str | None) -> str:
    """What a list of notices is called; of a kind that nobody knows it is empty, and called as that of all."""
    return title_of_kind(kind) if kind in {*KINDS, *NOTICE_KINDS.values()} else "全部公示"


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    with work().read() as session:
        latest = pages.notice_list(session, chosen=Chosen(), limit=6)
    return render_template("publicity/home.html", notices=latest.notices, lists=LISTS, kinds=kinds.titles())


class Day(NamedTuple):
    """The past day that an address asks for (None: today), and what is wrong with it."""

    on: date | None
    typed: str
    fault: str | None

    @property
    def status(self) -> int:
        return 422 if self.fault else 200


@blueprint.get("/practitioners/<string(length=16):public_id>")
@public
def practitioner(public_id: str) -> ResponseReturnValue:
    page, day = _as_of(partial(pages.practitioner, public_id=public_id))
    if page.practitioner.id != public_id:
        # Merged into another record; it may be split off again, so no cache may take this for ever.
        kept = url_for("public.practitioner", public_id=page.practitioner.id, on=day.on)
        answer = redirect(kept, 301)
        answer.headers["Cache-Control"] = "no-cache"
        return answer
    shown = pages.grouped(page.notices)
    return render_template("publicity/practitioner.html", page=page, groups=shown, day=day), day.status


@blueprint.get("/organisations/<string(length=16):public_id>")
@public
def organisation(public_id: str) -> ResponseReturnValue:
    page, day = _as_of(partial(pages.organisation, public_id=public_id, after=number("after") or 0))
    shown = pages.grouped(page.notices)
    return render_template("publicity/organisation.html", page=page, groups=shown, day=day), day.status


def _as_of(read: Callable[..., Page]) -> tuple[Page, Day]:
    """The page of the day that was asked for; that of today, and why, where it cannot be."""
    with work().read() as session:
        day = _day(session)
        try:
            return read(session, on=day.on), day
        except NotFound as early:
            if early.rule != NOT_YET:
                raise
            return read(session), Day(None, day.typed, "那一天还没有取得许可或者设立，这里是现在的情况")


def _day(session: WorkSession) -> Day:
    typed = request.args.get("on", "")[:20]
    try:
        return Day(pages.day(typed, today=session.today), typed, None)
    except Invalid as fault:
        return Day(None, typed, fault.fields[0].message)


@blueprint.get("/notices")
@public
def index() -> ResponseReturnValue:
    chosen = chosen_asked()
    kind = chosen.kinds[0] if len(chosen.kinds) == 1 else None
    with work().read() as session:
        listed = pages.notice_list(
            session, chosen=chosen, subject=subject_asked(), before=number("before"), limit=PAGE
        )
        lists = list(dict.fromkeys([*LISTS, *notices.kinds(session, session.today)]))
    return render_template(
        "publicity/notices.html",
        listed=listed,
        whose={listed.subject[0]: listed.subject[1].id} if listed.subject else {},
        kind=kind if kind in lists else None,
        lists=lists,
    )


@blueprint.get("/double-publicity")
@public
def double() -> ResponseReturnValue:
    """双公示: both lists together, with how many were published month by month."""
    chosen = chosen_asked()
    with work().read() as session:
        page = pages.double(session, chosen, before=number("before"), limit=PAGE)
    titles = [gettext(title_of_kind(kind)) for kind in page.counts]
    rows = [
        (f"{month:%Y-%m}", [counts[place] for counts in page.counts.values()])
        for place, month in enumerate(page.months)
    ]
    given = {**chosen.parameters, "kind": ",".join(page.counts)}
    faults = _days_told(chosen)
    shown = render_template(
        "publicity/double.html",
        page=page,
        rows=rows,
        titles=titles,
        # The chart has room for five characters beside its bars; the table below has the whole month.
        chart=charts.bars(
            gettext("每月公开的行政许可和行政处罚"), [(month[2:], counts) for month, counts in rows], titles
        ),
        values={
            **{name: request.args.get(name, "") for name in DAYS},
            **chosen.parameters,
            "kind": given["kind"] if len(page.counts) == 1 else "",
        },
        faults=faults,
        given=given,
        kinds=[(kind, gettext(title_of_kind(kind))) for kind in pages.DOUBLE],
        callings=[(code, gettext(title)) for code, title in kinds.titles().items()],
        districts=districts(),
        following=_double_page(chosen, page.listed.next),
    )
    return shown, 422 if faults else 200


def _days_told(chosen: Chosen) -> dict[str, list[str]]:
    """What is wrong with the days of an address, by field."""
    unread = [name for name in DAYS if request.args.get(name) and name not in chosen.parameters]
    if unread:
        return {name: ["日期无法识别，应为 2026/03/01 的形式"] for name in unread}
    if chosen.first and chosen.last and chosen.first > chosen.last:
        return {"last": ["不能早于起始日期"]}
    return {}


def _double_page(chosen: Chosen, before: int | None) -> str | None:
    return (
        f"{url_for('public.double')}?{urlencode({**chosen.parameters, 'before': before})}" if before else None
    )


def chosen_asked() -> Chosen:
    """What an address keeps a list to; a day that is none keeps it to nothing."""
    return Chosen.given(request.args)


def subject_asked() -> tuple[str, str] | None:
    """Whom a list is kept to, by `practitioner` or `organisation` of the address."""
    for whose in ("practitioner", "organisation"):
        if public_id := request.args.get(whose):
            return whose, public_id[:16]
    return None


@blueprint.get("/notices/withdrawn")
@public
def withdrawn() -> ResponseReturnValue:
    with work().read() as session:
        listed, following = notices.withdrawn(session, before=number("before"), limit=PAGE)
    return render_template("publicity/withdrawn.html", tombstones=listed, following=following)


@blueprint.get("/notices/<string(length=16):public_id>")
@public
def notice(public_id: str) -> ResponseReturnValue:
    """The notice with its proof; 410 and what may be said of its end, once it has ended."""
    with work().read() as session:
        page = pages.notice(session, public_id)
    if page.ended:
        return tombstone(page), 410
    return render_template(
        "publicity/notice.html", notice=page.notice, proof=page.proof, how_to_verify=HOW_TO_VERIFY
    )


def tombstone(page: pages.NoticePage) -> str:
    """What may be said of a notice that has ended; every form of it answers so, with 410."""
    return render_template(
        "publicity/tombstone.html", notice=page.notice, proof=page.proof, how_to_verify=HOW_TO_VERIFY
    )


def number(name: str) -> int | None:
    """Where a page starts; what is no number that a row can have starts at the beginning."""
    start = request.args.get(name, type=int)
    return start if start is not None and 0 < start < 2**53 else None
