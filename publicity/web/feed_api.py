"""The feed over HTTP: what a city platform's sync job polls, and where it answers."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields, validate

from publicity.feed import digests as folded
from publicity.feed import envelope
from publicity.feed.receipts import LARGEST_BATCH, RESULTS, Item, accept
from publicity.feed.stream import lines
from publicity.web.compressed import compress
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Fault, Filled
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.ledger import book
from registry.ledger.book import Head
from registry.web.api.fields import Count, writable
from registry.web.api.ground import readable_json

blueprint = Blueprint("feed", __name__, url_prefix="/feed/v1", description="归集：公共存证日志即数据源")

_LARGEST_RECEIPT = 1024 * 1024
_LINES = "application/x-ndjson"
_TOKEN: list[dict[str, list[str]]] = [{"token": []}]


class StreamQuery(Schema):
    start = Count(load_default=0, validate=validate.Range(0, 2**53), metadata={"description": "起始序号"})


class PageQuery(StreamQuery):
    limit = Count(
        load_default=100, validate=validate.Range(1, envelope.LARGEST_PAGE), metadata={"description": "条数"}
    )


class EntrySchema(Schema):
    index = fields.Integer(required=True)
    leaf = fields.String(required=True, metadata={"description": "所存叶的字节，base64"})
    action = fields.String(
        required=True,
        metadata={"description": "publish、correct、mark、withdraw、expire；frame、draw、void、open、other"},
    )
    record = fields.String(required=True)
    version = fields.Integer(required=True)
    salt = fields.String(required=True, allow_none=True, metadata={"description": "十六进制"})
    body = fields.Dict(required=True, allow_none=True)
    restricted_salt = fields.String(required=True, allow_none=True)
    restricted = fields.Dict(
        required=True, allow_none=True, metadata={"description": "证件号码；须有 feed:restricted"}
    )


class PageSchema(Schema):
    format = fields.Constant(envelope.FORMAT, required=True)
    entries = fields.List(fields.Nested(EntrySchema), required=True)
    next = fields.Integer(required=True, metadata={"description": "下一页的起始序号"})
    size = fields.Integer(required=True, metadata={"description": "检查点的大小"})
    checkpoint = fields.String(required=True, metadata={"description": "C2SP checkpoint"})


class BucketSchema(Schema):
    count = fields.Integer(required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256，十六进制"})


class DigestsSchema(Schema):
    size = fields.Integer(required=True)
    buckets = fields.List(
        fields.Nested(BucketSchema), required=True, validate=validate.Length(equal=envelope.BUCKETS)
    )


class ReceiptSchema(Schema):
    class Meta:
        unknown = RAISE

    index = fields.Integer(required=True, strict=True, validate=validate.Range(0, 2**53))
    result = fields.String(required=True, validate=validate.OneOf(RESULTS))
    code = fields.String(load_default=None, allow_none=True, validate=(validate.Length(max=64), writable))
    message = fields.String(
        load_default=None, allow_none=True, validate=(validate.Length(max=2000), writable)
    )
    platform_id = fields.String(
        load_default=None, allow_none=True, validate=(validate.Length(max=128), writable)
    )


class ReceiptsSchema(Schema):
    class Meta:
        unknown = RAISE

    items = fields.List(
        fields.Nested(ReceiptSchema), required=True, validate=validate.Length(min=1, max=LARGEST_BATCH)
    )


class CountedSchema(Schema):
    stored = fields.Integer(required=True, metadata={"description": "新收到的回执"})
    repeated = fields.Integer(required=True, metadata={"description": "此前已收到的回执"})


@blueprint.before_request
def _readable() -> None:
    request.max_content_length = _LARGEST_RECEIPT
    if request.method == "POST":
        readable_json()


@blueprint.route("/entries")
@requires("feed:read")
@blueprint.arguments(PageQuery, location="query", error_status_code=400)
@blueprint.response(200, PageSchema)
@blueprint.doc(security=_TOKEN)
def entries(query: Mapping[str, int]) -> ResponseReturnValue:
    """读取条目

    从 start 起至多 limit 条，不超出所附检查点；start 等于 size 时为空页。支持 If-None-Match 和 gzip。
    """
    start, limit = query["start"], query["limit"]
    entitled = current_actor().may("feed:restricted")
    with work().read() as session:
        head = _head(session, start)
        day = session.today.isoformat()
        tag = envelope.page_tag(head, start=start, limit=limit, entitled=entitled, day=day)
        if request.if_none_match.contains_weak(tag):
            return _tagged(Response(status=304), tag)
        read = book.read(
            session, "public", start=start, limit=min(limit, head.size - start), on=session.today
        )
    body = envelope.page(head, read, start=start, entitled=entitled)
    return _tagged(Response(body, content_type="application/json"), tag)


@blueprint.route("/entries.ndjson")
@requires("feed:read")
@blueprint.arguments(StreamQuery, location="query", error_status_code=400)
@blueprint.response(200, {"type": "string"}, content_type=_LINES)
@blueprint.doc(security=_TOKEN)
def entries_stream(query: Mapping[str, int]) -> ResponseReturnValue:
    """首次归集：逐行读取全部条目

    第一行是 format、start、size 和 checkpoint，其后从 start 起每行一条，直到检查点为止。中断后按已收到的完整行数续读。
    """
    start = query["start"]
    entitled = current_actor().may("feed:restricted")
    with work().read() as session:
        head = _head(session, start)
        tag = envelope.page_tag(
            head, start=start, limit=None, entitled=entitled, day=session.today.isoformat()
        )
    if request.if_none_match.contains_weak(tag):
        return _tagged(Response(status=304), tag)
    body = lines(work(), head, start=start, client=current_actor().id)
    return _tagged(Response(body, content_type=_LINES), tag)


@blueprint.route("/digests")
@requires("feed:read")
@blueprint.response(200, DigestsSchema)
@blueprint.doc(security=_TOKEN)
def digests() -> ResponseReturnValue:
    """256 个摘要

    对日志中最新版本尚未结束的记录分桶求摘要，供对账。支持 If-None-Match 和 gzip。
    """
    with work().read() as session:
        head = book.head(session, "public")
        tag = f"digests-{head.size}-{head.root.hex()[:16]}"
        if request.if_none_match.contains_weak(tag):
            return _tagged(Response(status=304), tag)
        found = folded.digests(session, size=head.size)
    return _tagged(Response(envelope.dumps(found), content_type="application/json"), tag)


@blueprint.route("/receipts", methods=["POST"])
@requires("feed:receipt")
@blueprint.arguments(ReceiptsSchema)
@blueprint.response(200, CountedSchema)
@blueprint.doc(security=_TOKEN)
def receipts(given: Mapping[str, Any]) -> dict[str, int]:
    """提交回执

    可重复提交；有一条不成立则全部不收。
    """
    items = [Item(**item) for item in given["items"]]
    with work().write(current_actor()) as session:
        counted = accept(session, session.actor, items=items)
    return counted._asdict()


def _tagged(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    # Restricted bodies may be in it, and which ones depends on who asks.
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Authorization")
    return compress(response)


def _head(session: WorkSession, start: int) -> Head:
    """The newest checkpoint. Raises a fault where `start` lies beyond it."""
    head = book.head(session, "public")
    if start > head.size:
        raise Fault(Filled("start 超出日志末尾（%(size)s）", size=head.size), rule="start_beyond_end")
    return head
