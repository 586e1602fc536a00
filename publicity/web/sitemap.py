"""/sitemap.xml and /robots.txt: what search engines may find, and only what stands lawfully in public today."""

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue

from publicity.lookup import sitemap
from registry.kernel.access import public
from registry.kernel.host import host, settings, work

blueprint = Blueprint("sitemap", __name__)

_FURTHER = ("requests.statistics",)
"""Pages that the public menu does not lead to itself."""
_CLOSED = (
    "/staff/",
    "/practitioners/",
    "/search",
    "/look",
    "/api/",
    "/feed/",
    "/log/",
    "/letters/status",
    "/requests/status",
)
"""For people alone: the office, what is asked by name, what follows somebody's matter; and what programs have an interface for."""


@blueprint.get("/sitemap.xml")
@public
def index() -> ResponseReturnValue:
    with work().read() as session:
        files = [
            url_for("sitemap.part", kind=kind, part=part)
            for kind in sitemap.KINDS
            for part in range(sitemap.parts(session, kind))
        ]
    return _xml(sitemap.index([*map(_whole, [url_for("sitemap.pages"), *files])]))


@blueprint.get("/sitemap-pages.xml")
@public
def pages() -> ResponseReturnValue:
    menu = [
        url_for(item.endpoint, **item.values)  # type: ignore[arg-type]
        for part in host().parts
        for item in part.public_navigation
    ]
    return _xml(sitemap.urlset([_whole(path) for path in (*menu, *map(url_for, _FURTHER))]))


@blueprint.get("/sitemap-<any(notices, organisations):kind>-<int:part>.xml")
@public
def part(kind: sitemap.Kind, part: int) -> ResponseReturnValue:
    if part > 2**40:
        abort(404)
    with work().read() as session:
        found = sitemap.ids(session, kind, part)
    page = "public.notice" if kind == "notices" else "public.organisation"
    return _xml(sitemap.urlset([_whole(url_for(page, public_id=one)) for one in found]))


@blueprint.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """RFC 9309."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in _CLOSED),
        "",
        f"Sitemap: {_whole(url_for('sitemap.index'))}",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _whole(path: str) -> str:
    return settings().public_url + path


def _xml(body: bytes) -> Response:
    return Response(body, content_type="application/xml; charset=utf-8")
