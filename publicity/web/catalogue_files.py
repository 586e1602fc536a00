"""The lists to take along: the form that clerks edit too (CSV, xlsx), Atom, and an entry on paper."""

from collections.abc import Sequence

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint as ApiBlueprint

from publicity.catalogue import find, intake, listed
from publicity.catalogue.find import Version
from publicity.catalogue.schema import SCHEMAS, Entry, Schema
from publicity.lookup import atom
from publicity.lookup.atom import Told
from publicity.lookup.files import MOST_NOTICES, Table
from publicity.papers import catalogue as paper
from publicity.web.catalogue import COLOUR, LIST, numbered
from publicity.web.files import FORMS, sent
from registry.kernel.access import public
from registry.kernel.host import settings, work
from registry.web import papers

blueprint = Blueprint("catalogue_files", __name__)
printed = ApiBlueprint("catalogue-papers", __name__, description="清单与目录：可以打印的指南和条目")


def table(schema: Schema, entries: Sequence[Entry], name: str) -> Table:
    """The list in the form in which it is handed in again."""
    return Table(
        name, schema.title, intake.headings(schema), [intake.cells(schema, entry) for entry in entries]
    )


@blueprint.get(f"/catalogues/{LIST}.{FORMS}")
@public
def current(listing: str, form: str) -> ResponseReturnValue:
    with work().read() as session:
        held = find.current(session, listing)
    return sent(table(SCHEMAS[listing], held.entries if held else (), listing), form)


@blueprint.get(f"/catalogues/{LIST}/versions/<int:edition>.{FORMS}")
@public
def version(listing: str, edition: int, form: str) -> ResponseReturnValue:
    with work().read() as session:
        shown = find.version(session, listing, numbered(edition))
    return sent(table(shown.schema, shown.entries, f"{listing}-{edition}"), form)


@blueprint.get("/catalogues.atom")
@public
def atom_of_all() -> ResponseReturnValue:
    """The versions of all lists, as they are published."""
    with work().read() as session:
        found = [one for versions in find.every_version(session).values() for one in versions]
    return _feed("清单与目录", "catalogue_files.atom_of_all", "catalogue.index", found)


@blueprint.get(f"/catalogues/{LIST}.atom")
@public
def atom_of_list(listing: str) -> ResponseReturnValue:
    with work().read() as session:
        found = find.versions(session, listing)
    return _feed(
        SCHEMAS[listing].title, "catalogue_files.atom_of_list", "catalogue.page", found, listing=listing
    )


def _feed(
    title: str, endpoint: str, page: str, versions: Sequence[Version], **values: str
) -> ResponseReturnValue:
    host = settings().public_url
    latest = sorted(versions, key=lambda one: one.published_at, reverse=True)
    with work().read() as session:
        empty = session.now.replace(hour=0, minute=0, second=0, microsecond=0)
    body = atom.feed_of(
        title=f"{title} · {settings().bureau}",
        author=settings().bureau,
        address=host + url_for(endpoint, **values),  # type: ignore[arg-type]
        page=host + url_for(page, **values),  # type: ignore[arg-type]
        entries=[
            Told(
                address=f"{host}{url_for('catalogue.version', listing=one.listing, edition=one.number)}",
                title=f"{one.schema.title}第 {one.number} 版",
                published=one.published_at,
                updated=one.published_at,
                category=(one.listing, one.schema.title),
                summary=f"自 {one.valid_from} 起施行，共 {one.size} 项。{one.reason}",
            )
            for one in latest[:50]
        ],
        empty=empty,
    )
    answer = Response(body, content_type=f"{atom.MEDIA_TYPE}; charset=utf-8")
    answer.add_etag()
    return answer.make_conditional(request)


@printed.route(f"/catalogues/{LIST}/<string:code>.pdf")
@public
@printed.response(200, papers.SCHEMA, content_type="application/pdf")
def entry_pdf(listing: str, code: str) -> Response:
    """清单中的一项，例如一份服务指南，供打印"""
    with work().read() as session:
        held, shown = find.entry(session, listing, code)
    printed_entry = paper.paper(held, shown, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(printed_entry, f"{listing}-{code}.pdf")


@blueprint.get(f"/lists/{COLOUR}.{FORMS}")
@public
def standing(colour: str, form: str) -> ResponseReturnValue:
    with work().read() as session:
        found, following = listed.on_list(session, colour, limit=MOST_NOTICES)
    rows = [one.cells(settings().public_url) for one in found]
    return sent(
        Table(f"{colour}-list", listed.TITLES[colour], listed.HEADINGS, rows, following is not None), form
    )
