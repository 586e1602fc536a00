"""What every page leans on: templates, style sheets and scripts, served from this host alone."""

import gzip
import mimetypes
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, abort, current_app, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.urls import iri_to_uri

from registry.accounts.tables import StaffRow
from registry.kernel.access import public
from registry.kernel.host import host, settings, work

site = Blueprint("site", __name__, template_folder="templates")


class Asset(NamedTuple):
    body: bytes
    packed: bytes
    content_type: str
    version: str


@lru_cache
def _files(folders: tuple[Path, ...]) -> Mapping[str, Path]:
    """Our own files, those that parts bring along in `folders`, and those we use of two pinned packages; nothing else
    can be asked for."""
    own = Path(__file__).parent / "static"
    found = {path.name: path for folder in (*folders, own) for path in folder.iterdir() if path.is_file()}
    bootstrap = _package("flask_bootstrap") / "static" / "bootstrap5" / "css"
    swagger = _package("flask_swagger_ui") / "dist"
    return found | {
        "bootstrap.min.css": bootstrap / "bootstrap.min.css",
        "swagger-ui.css": swagger / "swagger-ui.css",
        "swagger-ui-bundle.js": swagger / "swagger-ui-bundle.js",
    }


def _path(name: str) -> Path | None:
    return _files(tuple(part.static for part in host().parts if part.static is not None)).get(name)


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    return Path(spec.origin).parent


@lru_cache
def _asset(path: Path) -> Asset:
    name, body = path.name, path.read_bytes()
    if name == "bootstrap.min.css":
        # The map it names is not served, and a browser with its tools open would ask for it.
        body = body.rpartition(b"/*# sourceMappingURL")[0] or body
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if content_type.startswith("text/"):
        content_type += "; charset=utf-8"
    return Asset(body, gzip.compress(body, mtime=0), content_type, sha256(body).hexdigest()[:12])


@site.get("/static/<name>")
@public
def asset(name: str) -> ResponseReturnValue:
    path = _path(name)
    if path is None:
        abort(404)
    found = _asset(path)
    packed = request.accept_encodings.quality("gzip") > 0
    response = Response(found.packed if packed else found.body, content_type=found.content_type)
    if packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{found.version}-gzip" if packed else found.version)
    # The address names the content, so it may be kept for as long as the browser likes.
    asked = request.args.get("v")
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if asked == found.version else "public, max-age=300"
    )
    return response.make_conditional(request)


@site.app_template_global("asset")
def asset_url(name: str) -> str:
    """The address of a file of this service, with its content's digest."""
    path = _path(name)
    if path is None:
        raise FileNotFoundError(name)
    return url_for("site.asset", name=name, v=_asset(path).version)


@site.app_template_global("searchable")
def searchable() -> bool:
    """Whether this composition has the public search; the registry alone has not."""
    return offered("search.page")


@site.app_template_global("offered")
def offered(endpoint: str) -> bool:
    """Whether this composition has a page, which an upper part may add."""
    return endpoint in current_app.view_functions


@site.app_template_global("full_address")
def full_address(path: str) -> str:
    """The address of a page as it can be typed elsewhere: with the host under which the public knows this service."""
    return settings().public_url + iri_to_uri(path)


@site.app_template_global("moment")
def moment() -> datetime:
    """When the page is made."""
    return work().clock.now()


@site.app_template_global("demo_accounts")
def demo_accounts() -> bool:
    """Whether accounts with the published demo password can sign in."""
    with work().read() as session:
        usable = select(StaffRow.id).where(StaffRow.demo, StaffRow.ended_at.is_(None))
        return session.scalar(usable.limit(1)) is not None
