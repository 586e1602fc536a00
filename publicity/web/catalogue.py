"""清单与目录 for everybody: all lists, a list as it holds today, every version at its address, an entry, what changed."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import Blueprint, Flask, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.urls import iri_to_uri

from inspection.plan import find as plan
from inspection.plan.annual import find as plans
from publicity.catalogue import compare, find, listed, uses
from publicity.catalogue.draft import Answers
from publicity.catalogue.find import Version
from publicity.catalogue.schema import SCHEMAS, Entry, Schema
from publicity.catalogue.tiers import read_tiers
from registry.kernel.access import PUBLIC, declared, public
from registry.kernel.clock import local_day
from registry.kernel.faults import Gone, NotFound
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.web import charts

LIST = f"<any({', '.join(repr(code) for code in SCHEMAS)}):listing>"
COLOUR = "<any(red, black):colour>"
PAGE = 20
ON_LIST = 50
OTHERS = (
    ("随机抽查事项清单", "可以随机抽查的事项：依据、主体、内容、方式。"),
    ("年度抽查计划", "本年度抽查什么、抽查多少、何时完成。"),
)
"""Lists that the random inspections keep, with what they are."""

blueprint = Blueprint("catalogue", __name__, template_folder="templates")

blueprint.add_app_template_filter(read_tiers, "tiers")


class Line(NamedTuple):
    """One list on the page of all: what it is, where, in which version, and when it last changed."""

    title: str
    lede: str
    url: str
    version: str
    since: str
    size: int | None


def answers(app: Flask) -> Answers:
    """Whether an address is a public page of this application."""
    addresses = app.url_map.bind("")

    def known(address: str) -> bool:
        path = iri_to_uri(address).split("?")[0].split("#")[0]
        try:
            endpoint, _ = addresses.match(path, method="GET")
        except (HTTPException, RequestRedirect):
            return False
        return declared(app, endpoint, "GET") == PUBLIC

    return known


@blueprint.get("/catalogues")
@public
def index() -> ResponseReturnValue:
    with work().read() as session:
        found = find.every_version(session)
        lines = [_line(SCHEMAS[code], versions, session) for code, versions in found.items()]
        others = _others(session)
    return render_template("publicity/catalogue_index.html", lines=lines, others=others)


def _line(schema: Schema, versions: Sequence[Version], session: WorkSession) -> Line:
    held = next((one for one in versions if one.valid_from <= session.today), None)
    return Line(
        schema.title,
        schema.lede,
        url_for("catalogue.page", listing=schema.code),
        gettext("第 %(number)s 版", number=held.number) if held else "",
        held.valid_from.isoformat() if held else "",
        held.size if held else None,
    )


def _others(session: WorkSession) -> list[Line]:
    """The lists that other parts keep, with the day of their last change."""
    matters, _ = plan.matters(session, on=session.today)
    yearly = plans.plans(session)
    published = local_day(yearly[0].published_at) if yearly and yearly[0].published_at else None
    lines = [
        Line(
            *OTHERS[0],
            url_for("draws.matters"),
            "",
            max(one.valid_from for one in matters).isoformat() if matters else "",
            len(matters),
        ),
        Line(
            *OTHERS[1],
            url_for("lists.plan_list"),
            gettext("第 %(number)s 版", number=yearly[0].version) if yearly else "",
            published.isoformat() if published else "",
            len(yearly),
        ),
    ]
    for colour, title in listed.TITLES.items():
        standing, _ = listed.on_list(session, colour, limit=ON_LIST)
        lines.append(
            Line(
                title,
                listed.LEDES[colour],
                url_for("catalogue.standing", colour=colour),
                "",
                standing[0].since.isoformat() if standing else "",
                len(standing),
            )
        )
    return lines


@blueprint.get(f"/catalogues/{LIST}")
@public
def page(listing: str) -> ResponseReturnValue:
    """The version that holds today, kept to the facets and words of the address."""
    with work().read() as session:
        held = find.current(session, listing)
        versions = find.versions(session, listing)
        counts = uses.counted(session) if SCHEMAS[listing].uses else {}
        today = session.today
    return _list(SCHEMAS[listing], held, versions, counts, today)


@blueprint.get(f"/catalogues/{LIST}/versions/<int:edition>")
@public
def version(listing: str, edition: int) -> ResponseReturnValue:
    """A version at its own address, whether it holds, held or will hold."""
    with work().read() as session:
        shown = find.version(session, listing, numbered(edition))
        versions = find.versions(session, listing)
        today = session.today
    return _list(shown.schema, shown, versions, {}, today, past=True)


def numbered(number: int) -> int:
    """A number that a version can have. Raises NotFound."""
    if not 0 < number < 2**31:
        raise NotFound("没有这个版本")
    return number


def _list(
    schema: Schema,
    shown: Version | None,
    versions: Sequence[Version],
    counts: Mapping[str, int],
    today: object,
    *,
    past: bool = False,
) -> str:
    entries = shown.entries if shown else ()
    chosen = {field: request.args.get(field, "")[:100] for field in (*schema.facets, "q")}
    chosen = {field: value.strip() for field, value in chosen.items() if value.strip()}
    return render_template(
        "publicity/catalogue_list.html",
        schema=schema,
        version=shown,
        versions=versions,
        entries=[entry for entry in entries if _kept(schema, entry, chosen)],
        total=len(entries),
        facets=_facets(schema, entries),
        chosen=chosen,
        counts=counts,
        today=today,
        past=past,
    )


def _facets(schema: Schema, entries: Sequence[Entry]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Each facet with the values that occur, in the order of the schema's options or of the entries."""
    found = []
    for field in schema.facets:
        column = schema.column(field)
        held = dict.fromkeys(entry[field] for entry in entries if entry.get(field))
        if column.options:
            options = [(value, gettext(value)) for value in column.options if value in held]
        else:
            options = [(value, value) for value in held]
        found.append((field, column.title, options))
    return found


def _kept(schema: Schema, entry: Entry, chosen: Mapping[str, str]) -> bool:
    if any(entry.get(field) != value for field, value in chosen.items() if field != "q"):
        return False
    words = chosen.get("q", "").casefold().split()
    text = "\n".join(entry.values()).casefold()
    return all(word in text for word in words)


@blueprint.get(f"/catalogues/{LIST}/versions")
@public
def versions(listing: str) -> ResponseReturnValue:
    with work().read() as session:
        found, today = find.versions(session, listing), session.today
    return render_template(
        "publicity/catalogue_versions.html", schema=SCHEMAS[listing], versions=found, today=today
    )


@blueprint.get(f"/catalogues/{LIST}/versions/<int:edition>/changes")
@public
def changes(listing: str, edition: int) -> ResponseReturnValue:
    """What a version changed in the one before it; with `?since=` in an older one."""
    number = numbered(edition)
    since = request.args.get("since", type=int)
    since = since if since is not None and 0 < since < number else number - 1
    with work().read() as session:
        new = find.version(session, listing, number)
        old = find.version(session, listing, since) if since else None
        all_versions = find.versions(session, listing)
    return render_template(
        "publicity/catalogue_changes.html",
        schema=new.schema,
        new=new,
        old=old,
        versions=all_versions,
        changes=compare.changes(new.schema, old.entries if old else (), new.entries),
    )


@blueprint.get(f"/catalogues/{LIST}/<string:code>")
@public
def entry(listing: str, code: str) -> ResponseReturnValue:
    """An entry as it holds today; 410 with the version in which it last stood, once it has left the list."""
    schema = SCHEMAS[listing]
    before = request.args.get("before", type=int)
    try:
        with work().read() as session:
            held, shown = find.entry(session, listing, code)
            made, following, spread = _made(session, shown, before) if schema.uses else ([], None, None)
            count = uses.counted(session).get(code, 0) if schema.uses else 0
            others = {
                column.of: find.names(session, column.of) for column in schema.columns if column.form == "ref"
            }
            naming = _naming(session, listing, code)
    except Gone:
        with work().read() as session:
            last = find.last_with(session, listing, code)
        return render_template("publicity/catalogue_gone.html", schema=schema, code=code, last=last), 410
    return render_template(
        "publicity/catalogue_entry.html",
        schema=schema,
        version=held,
        entry=shown,
        made=made,
        following=following,
        before=before,
        count=count,
        spread=spread,
        chart=_chart(spread) if spread and spread.total else None,
        others=others,
        naming=naming,
        kind=(schema.uses or {}).get(shown.get("kind", "")),
    )


def _made(
    session: WorkSession, shown: Entry, before: int | None
) -> tuple[object, int | None, uses.Spread | None]:
    start = before if before and 0 < before < 2**53 else None
    made, following = uses.made_under(session, shown["code"], before=start, limit=PAGE)
    spread = uses.spread(session, shown) if shown["kind"] == "行政处罚" else None
    return made, following, spread


def _naming(session: WorkSession, listing: str, code: str) -> list[tuple[Schema, Entry]]:
    """Entries of the other lists that name this one."""
    found: list[tuple[Schema, Entry]] = []
    for other in SCHEMAS.values():
        fields = [column.field for column in other.columns if column.form == "ref" and column.of == listing]
        held = find.current(session, other.code) if fields else None
        found += [
            (other, one)
            for one in (held.entries if held else ())
            if any(code in one.get(field, "").split("\n") for field in fields)
        ]
    return found


def _chart(spread: uses.Spread) -> charts.Bars:
    """The label before a bar has room for eight characters; the table below has the whole name."""
    rows = [
        (tier.name if len(tier.name) <= 8 else f"{tier.name[:7]}…", [count]) for tier, count in spread.tiers
    ]
    return charts.bars(
        gettext("各档作出的处罚"), [*rows, (gettext("其他"), [spread.outside])] if spread.outside else rows
    )


@blueprint.get(f"/lists/{COLOUR}")
@public
def standing(colour: str) -> ResponseReturnValue:
    """红名单、黑名单: who stands on them today."""
    before = request.args.get("before", type=int)
    with work().read() as session:
        found, following = listed.on_list(
            session, colour, before=before if before and 0 < before < 2**53 else None, limit=ON_LIST
        )
    return render_template(
        "publicity/catalogue_standing.html",
        colour=colour,
        title=listed.TITLES[colour],
        lede=listed.LEDES[colour],
        listed=found,
        following=following,
        before=before,
        kind=listed.KINDS[colour],
    )
