"""The lists for programs. Every answer here is in /api/v1/openapi.json."""

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from publicity.catalogue import find, listed, uses
from publicity.catalogue.find import Version
from publicity.catalogue.listed import Listed
from publicity.catalogue.schema import SCHEMAS
from publicity.web.catalogue import COLOUR, LIST, numbered
from publicity.web.public_api import BriefSchema, brief
from registry.kernel.access import public
from registry.kernel.faults import Filled, NotFound
from registry.kernel.host import work
from registry.web.api.fields import Count

blueprint = Blueprint("catalogue-api", __name__, description="清单与目录、红黑名单")

_MOST = 100


class CatalogueHeadSchema(Schema):
    list = fields.String(required=True, metadata={"description": "清单的代码"})
    title = fields.String(required=True)
    version = fields.Integer(required=True)
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(required=True, allow_none=True, metadata={"description": "含当日"})
    published_at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True, metadata={"description": "变更原因"})
    size = fields.Integer(required=True, metadata={"description": "项数"})
    sha256 = fields.String(
        required=True, metadata={"description": "document 按 RFC 8785 编码后的 SHA-256，载于公开存证日志"}
    )
    log_index = fields.Integer(
        required=True, allow_none=True, metadata={"description": "在公开存证日志中的序号"}
    )


class CatalogueHeadsSchema(Schema):
    results = fields.List(fields.Nested(CatalogueHeadSchema), required=True)


class CatalogueDocumentSchema(Schema):
    format = fields.String(required=True)
    list = fields.String(required=True)
    version = fields.Integer(required=True)
    valid_from = fields.String(required=True)
    reason = fields.String(required=True)
    entries = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)


class CatalogueVersionSchema(CatalogueHeadSchema):
    columns = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata={"description": "字段的名称"}
    )
    document = fields.Nested(CatalogueDocumentSchema, required=True)


class CatalogueTierSchema(Schema):
    name = fields.String(required=True)
    circumstances = fields.String(required=True, metadata={"description": "适用情形"})
    range = fields.String(required=True, metadata={"description": "裁量幅度"})
    count = fields.Integer(required=True, metadata={"description": "当前公示的处罚数"})


class CatalogueUsesSchema(Schema):
    count = fields.Integer(required=True)
    tiers = fields.List(fields.Nested(CatalogueTierSchema), required=True)
    outside = fields.Integer(
        required=True, allow_none=True, metadata={"description": "未能归入任何一档；为空是没有基准"}
    )
    notices = fields.List(fields.Nested(BriefSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class CatalogueEntrySchema(Schema):
    list = fields.String(required=True)
    version = fields.Integer(required=True)
    entry = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    uses = fields.Nested(
        CatalogueUsesSchema,
        required=True,
        allow_none=True,
        metadata={"description": "据此作出的、当前公示的决定"},
    )


class PageQuery(Schema):
    limit = Count(load_default=20, validate=validate.Range(1, _MOST))
    before = Count(
        load_default=None, validate=validate.Range(0, 2**53), metadata={"description": "上一页的 next"}
    )


class StandingEntrySchema(Schema):
    name = fields.String(required=True)
    subject = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    list = fields.String(required=True)
    cause = fields.String(required=True)
    criteria = fields.String(required=True)
    basis = fields.String(required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True, metadata={"description": "含当日"})
    document_number = fields.String(required=True)
    authority = fields.String(required=True)
    removal = fields.String(required=True)
    remedies = fields.String(required=True)
    marks = fields.List(fields.String(), required=True)
    notice = fields.String(required=True, metadata={"description": "公示的编号，见 /notices/{id}"})


class StandingSchema(Schema):
    results = fields.List(fields.Nested(StandingEntrySchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


@blueprint.route("/catalogues.json")
@public
@blueprint.response(200, CatalogueHeadsSchema)
def index() -> dict[str, Any]:
    """各清单的全部版本，最新的在前，不含内容"""
    with work().read() as session:
        found = find.every_version(session)
    return {"results": [_head(one) for versions in found.values() for one in versions]}


@blueprint.route(f"/catalogues/{LIST}.json")
@public
@blueprint.response(200, CatalogueVersionSchema)
def current(listing: str) -> dict[str, Any]:
    """一个清单的现行版本；还没有公布的为 404"""
    with work().read() as session:
        held = find.current(session, listing)
    if held is None:
        raise NotFound(Filled("%(list)s还没有公布", list=SCHEMAS[listing].title))
    return _whole(held)


@blueprint.route(f"/catalogues/{LIST}/versions/<int:edition>.json")
@public
@blueprint.response(200, CatalogueVersionSchema)
def version(listing: str, edition: int) -> dict[str, Any]:
    """一个清单的一个版本"""
    with work().read() as session:
        return _whole(find.version(session, listing, numbered(edition)))


@blueprint.route(f"/catalogues/{LIST}/<string:code>.json")
@public
@blueprint.arguments(PageQuery, location="query", error_status_code=400)
@blueprint.response(200, CatalogueEntrySchema)
def entry(query: Mapping[str, Any], listing: str, code: str) -> dict[str, Any]:
    """清单中的一项；权责清单的职权附当前公示的、据此作出的许可和处罚；已移出清单的为 410"""
    with work().read() as session:
        held, shown = find.entry(session, listing, code)
        if not held.schema.uses:
            return {"list": listing, "version": held.number, "entry": shown, "uses": None}
        made, following = uses.made_under(session, code, **query)
        count = uses.counted(session).get(code, 0)
        spread = uses.spread(session, shown)
    tiers = [{**vars(tier), "count": number} for tier, number in spread.tiers] if spread else []
    return {
        "list": listing,
        "version": held.number,
        "entry": shown,
        "uses": {
            "count": count,
            "tiers": tiers,
            "outside": spread.outside if spread else None,
            "notices": [brief(one) for one in made],
            "next": following,
        },
    }


@blueprint.route(f"/lists/{COLOUR}.json")
@public
@blueprint.arguments(PageQuery, location="query", error_status_code=400)
@blueprint.response(200, StandingSchema)
def standing(query: Mapping[str, Any], colour: str) -> dict[str, Any]:
    """红名单（red）或者黑名单（black）今天的主体，最近列入的在前"""
    with work().read() as session:
        found, following = listed.on_list(session, colour, **query)
    return {"results": [_listed(one) for one in found], "next": following}


def _head(one: Version) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in ("valid_from", "published_at", "reason", "size", "sha256")},
        "list": one.listing,
        "title": one.schema.title,
        "version": one.number,
        "valid_until": one.until,
        "log_index": one.log_index,
    }


def _whole(one: Version) -> dict[str, Any]:
    columns = {column.field: column.title for column in one.schema.columns}
    return {**_head(one), "columns": columns, "document": one.document()}


def _listed(one: Listed) -> dict[str, Any]:
    told = ("list", "cause", "criteria", "basis", "document_number", "authority", "removal", "remedies")
    return {
        **{name: one.told(name) for name in told},
        "name": one.name,
        "subject": one.notice.subject,
        "since": one.since,
        "until": one.until,
        "marks": one.notice.body["marks"],
        "notice": one.notice.public_id,
    }
