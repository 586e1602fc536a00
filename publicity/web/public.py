"""What everybody sees: search, practitioners, organisations, notices."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from publicity.lookup import pages, wording
from publicity.lookup.proofs import HOW_TO_VERIFY
from publicity.notices import find as notices
from publicity.release.draft import title_of_kind
from registry.kernel.access import public
from registry.kernel.host import work

blueprint = Blueprint("public", __name__, template_folder="templates")

PAGE = 20
LISTS = ("permit", "penalty", "finding")
"""Kinds that always have a list, also while it is empty; further kinds get one with their first notice."""

for _filter in (wording.column_title, wording.column_text, wording.detail_title):
    blueprint.add_app_template_filter(_filter)


@blueprint.app_template_filter("kind_title")
def kind_title(kind: str) -> str:
    return title_of_kind(kind)


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    with work().read() as session:
        latest, _ = notices.listed(session, limit=8)
    return render_template("publicity/home.html", notices=latest, lists=LISTS)


@blueprint.get("/practitioners/<string(length=16):public_id>")
@public
def practitioner(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        page = pages.practitioner(session, public_id)
    if page.practitioner.id != public_id:
        # Merged into another record; it may be split off again, so no cache may take this for ever.
        answer = redirect(url_for("public.practitioner", public_id=page.practitioner.id), 301)
        answer.headers["Cache-Control"] = "no-cache"
        return answer
    return render_template("publicity/practitioner.html", person=page.practitioner, notices=page.notices)


@blueprint.get("/organisations/<string(length=16):public_id>")
@public
def organisation(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        page = pages.organisation(session, public_id)
    return render_template("publicity/organisation.html", firm=page.organisation, notices=page.notices)


@blueprint.get("/notices")
@public
def index() -> ResponseReturnValue:
    kind, before = request.args.get("kind") or None, _before()
    with work().read() as session:
        listed, following = notices.listed(session, kind=kind, before=before, limit=PAGE)
        lists = list(dict.fromkeys([*LISTS, *notices.kinds(session, session.today)]))
    return render_template(
        "publicity/notices.html",
        notices=listed,
        following=following,
        kind=kind if kind in lists else None,
        lists=lists,
    )


@blueprint.get("/notices/withdrawn")
@public
def withdrawn() -> ResponseReturnValue:
    with work().read() as session:
        listed, following = notices.withdrawn(session, before=_before(), limit=PAGE)
    return render_template("publicity/withdrawn.html", tombstones=listed, following=following)


@blueprint.get("/notices/<string(length=16):public_id>")
@public
def notice(public_id: str) -> ResponseReturnValue:
    """The notice with its proof; 410 and what may be said of its end, once it has ended."""
    with work().read() as session:
        page = pages.notice(session, public_id)
    given = {"notice": page.notice, "proof": page.proof, "how_to_verify": HOW_TO_VERIFY}
    if page.ended:
        return render_template("publicity/tombstone.html", **given), 410
    return render_template("publicity/notice.html", **given)


def _before() -> int | None:
    """Where a page starts; what is no number that a row can have starts at the beginning."""
    before = request.args.get("before", type=int)
    return before if before is not None and 0 < before < 2**53 else None
