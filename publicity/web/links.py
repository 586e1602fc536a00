"""The nightly check of the site's own links: the job that walks the application in its own process, and its public result."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields

from publicity.links import record
from publicity.links.walk import FAULTS, Answer, Bounds
from publicity.lookup.files import Table
from publicity.web.files import FORMS, sent
from registry.kernel.access import PUBLIC, declared, public
from registry.kernel.clock import local_text
from registry.kernel.host import Host, build_app, work
from registry.kernel.part import Job
from registry.kernel.work import Work

LARGEST = 4 << 20
"""Bytes of a page that are read; the site has none so long."""

blueprint = Blueprint("links", __name__)
programs = ApiBlueprint("links-api", __name__, description="公示查询：本站链接检查")


def job(host: Host) -> Job:
    return Job("links", "检查本站链接", partial(run, host), "20 4 * * *")


def run(host: Host, work: Work) -> Mapping[str, int]:
    """Walks an application made of the installation's own parts."""
    app = build_app(host.settings, host.parts, clock=host.clock)
    try:
        return check(app, work)
    finally:
        app.extensions["legalcredit"].engine.dispose()


def check(app: Flask, work: Work, *, bounds: Bounds = record.BOUNDS) -> Mapping[str, int]:
    """Walks `app` over no network: every answer is what a visitor gets."""
    return record.check(work, partial(_fetch, app), starts=starts(app), bounds=bounds)


def starts(app: Flask) -> list[str]:
    """The home page, and every public page that takes no argument."""
    addresses = app.url_map.bind("")
    pages = {
        addresses.build(rule.endpoint)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.arguments
        and declared(app, rule.endpoint, "GET") == PUBLIC
        # Whoever follows it changes how pages look to them.
        and rule.endpoint != "look.choose"
    }
    return ["/", *sorted(pages - {"/"})]


def _fetch(app: Flask, path: str) -> Answer:
    client = app.test_client(use_cookies=False)
    with client.get(path, headers={"Accept": "text/html"}, buffered=False) as answer:
        page = answer.mimetype == "text/html"
        html = b"".join(answer.iter_encoded())[:LARGEST].decode("utf-8", "replace") if page else None
        return Answer(answer.status_code, html, answer.headers.get("Location"))


@blueprint.get("/links")
@public
def index() -> ResponseReturnValue:
    with work().read() as session:
        last, broken = record.last_run(session), record.broken(session)
    return render_template(
        "publicity/links.html",
        last=last,
        broken=broken,
        files=[
            ("JSON", url_for("links-api.listed")),
            ("CSV", url_for("links.file", form="csv")),
            (gettext("表格（xlsx）"), url_for("links.file", form="xlsx")),
        ],
    )


@blueprint.get(f"/links.{FORMS}")
@public
def file(form: str) -> ResponseReturnValue:
    with work().read() as session:
        broken = record.broken(session)
    rows = [(one.page, one.target, one.fault_title, local_text(one.since), one.days) for one in broken]
    return sent(Table("links", "失效的链接", ("页面", "链接", "问题", "发现时间", "天数"), rows), form)


class BrokenLinkSchema(Schema):
    page = fields.String(required=True)
    target = fields.String(required=True)
    fault = fields.String(required=True, metadata={"enum": list(FAULTS)})
    since = fields.AwareDateTime(required=True)
    days = fields.Integer(required=True)


class LinkRunSchema(Schema):
    started_at = fields.AwareDateTime(required=True)
    pages = fields.Integer(required=True)
    links = fields.Integer(required=True)
    broken = fields.Integer(required=True)
    complete = fields.Boolean(required=True, metadata={"description": "是否在时间和数量的上限之内走完"})


class LinksSchema(Schema):
    last = fields.Nested(LinkRunSchema, required=True, allow_none=True)
    broken = fields.List(fields.Nested(BrokenLinkSchema), required=True)


@programs.route("/links.json")
@public
@programs.response(200, LinksSchema)
def listed() -> dict[str, Any]:
    """本站链接检查：最近一次的情况和现有的断链"""
    with work().read() as session:
        return {"last": record.last_run(session), "broken": record.broken(session)}
