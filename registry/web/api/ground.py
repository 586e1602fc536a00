"""What all endpoints of /api/v1 share: three shapes, and the promises of each.

- `read`: one resource, with an ETag. `If-None-Match` that meets it is answered 304.
- `listing`: `{"items": […], "next": cursor or null}`, walked by key; filters in the address, read strictly.
- `act`: a POST under an `Idempotency-Key`. It answers with the resource that it made or changed, as `read` would; with
  `If-Match` it is refused (412) when that resource is no longer what its caller saw.

Every answer is what a schema names, and nothing else of a row. Refusals are faults, which the edge translates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from operator import attrgetter
from typing import Any

import orjson
from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import BadRequest, NotAcceptable
from werkzeug.http import quote_etag

from registry.kernel import idempotency
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Changed, Fault
from registry.kernel.host import work
from registry.kernel.idempotency import Answer
from registry.kernel.work import WorkSession
from registry.web.api import cursor, scopes
from registry.web.api.fields import Body, PageQuery, Query
from registry.web.api.projection import Projection, projection

PREFIX = "/api/v1"
_LARGEST_BODY = 1024 * 1024
_SIGNS = "[A-Za-z0-9._:+/=~-]{1,128}"
# A quoted string, as the draft has it, or bare, as most clients send it; both are the same key.
_KEY = f'^("{_SIGNS}"|{_SIGNS})$'

View = Callable[..., Any]


@dataclass(frozen=True)
class Resource:
    """What one `read` shows: `view(session, asked, **ids)` gives the row, `project` what goes out of it."""

    endpoint: str
    view: View
    project: Projection
    query: type[Query]

    def content(self, session: WorkSession, ids: Mapping[str, str], asked: Mapping[str, Any]) -> bytes:
        return orjson.dumps(self.project(self.view(session, asked, **ids)))

    def plain(self, session: WorkSession, public_id: str) -> bytes:
        """As it is answered to whoever asks nothing further."""
        return self.content(session, {"public_id": public_id}, _plain(self.query))


@cache
def _plain(query: type[Query]) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = query().load({})
    return loaded


def _header(name: str, description: str, **more: Any) -> fields.String:
    return fields.String(data_key=name, metadata={"description": description}, **more)


class Looking(Schema):
    """Nothing: a look-up is never answered from what was kept."""


class Reading(Schema):
    """Of these, Flask and werkzeug read the values; they stand here for the OpenAPI document."""

    if_none_match = _header("If-None-Match", "上次回答的 ETag；未变化时回答 304")


class Making(Schema):
    key = _header(
        "Idempotency-Key",
        "由调用方为每次办理新取的键，如一个 UUID；同一键只办理一次（draft-ietf-httpapi-idempotency-key-header）",
        required=True,
        validate=validate.Regexp(_KEY, error="String does not match expected pattern."),
    )


class Changing(Making):
    if_match = _header("If-Match", "所依据内容的 ETag；已变化时回答 412，不办理")


class Concern(Blueprint):  # type: ignore[misc]
    """The endpoints of one concern, in the OpenAPI document under `title`; `offered` are the scopes that open it."""

    def __init__(self, name: str, title: str, *, offered: Sequence[scopes.Scope] = scopes.SCOPES) -> None:
        super().__init__(f"api-{name}", __name__, url_prefix=PREFIX, description=title)
        self.offered = offered
        self.before_request(_negotiate)

    def read(
        self, path: str, *, permission: str, answer: type[Schema], query: type[Query] = Query
    ) -> Callable[[View], Resource]:
        """`view(session, asked, **ids)` gives the row."""

        def declare(view: View) -> Resource:
            resource = Resource(f"{self.name}.{view.__name__}", view, projection(answer), query)

            def respond(
                _sent: Mapping[str, str], asked: Mapping[str, Any], **ids: str
            ) -> ResponseReturnValue:
                with work().read() as session:
                    content = resource.content(session, ids, asked)
                return _conditional(content)

            self._get(path, view, respond, permission, query, answer)
            return resource

        return declare

    def look_up(
        self, path: str, *, permission: str, answer: type[Schema], query: type[Query] = Query
    ) -> Callable[[View], View]:
        """As `read`, of personal data: `view` names the look-up as an act, and nobody keeps the answer."""

        def declare(view: View) -> View:
            project = projection(answer)

            def respond(
                _sent: Mapping[str, str], asked: Mapping[str, Any], **ids: str
            ) -> ResponseReturnValue:
                with work().write(current_actor()) as session:
                    content = orjson.dumps(project(view(session, asked, **ids)))
                return Response(
                    content, content_type="application/json", headers={"Cache-Control": "no-store"}
                )

            self._get(path, view, respond, permission, query, answer, sent=Looking)
            return view

        return declare

    def listing(
        self,
        path: str,
        *,
        permission: str,
        item: type[Schema],
        query: type[PageQuery] = PageQuery,
        key: Callable[[Any], object] = attrgetter("next"),
    ) -> Callable[[View], View]:
        """`view(session, asked, after, limit)` gives up to `limit` rows behind the place `after` (None at the start);
        `key(row)` is the place behind a row, any JSON value."""

        def declare(view: View) -> View:
            project = projection(item)

            def respond(_sent: Mapping[str, str], asked: dict[str, Any]) -> ResponseReturnValue:
                given, limit = asked.pop("after"), asked.pop("limit")
                filters = {"list": self.name + view.__name__, **asked}
                with work().read() as session:
                    place = cursor.read(session.keys, filters, given) if given else None
                    rows: Sequence[Any] = view(session, asked, place, limit + 1)
                    more = rows[limit:]
                    following = cursor.written(session.keys, filters, key(rows[limit - 1])) if more else None
                    page = {"items": [project(row) for row in rows[:limit]], "next": following}
                return _conditional(orjson.dumps(page))

            self._get(path, view, respond, permission, query, _page(item))
            return view

        return declare

    def act(
        self,
        path: str,
        *,
        permission: str,
        body: type[Body],
        shows: Resource,
        answer: type[Schema],
        lock: Callable[[WorkSession, str], None] | None = None,
        ahead: Callable[[str], Any] | None = None,
        people: bool = False,
    ) -> Callable[[View], View]:
        """`view(session, given, **ids)` does it and gives the public id of what `shows` then shows.

        With `lock` it changes that resource (200); without, it makes it (201). `lock` holds the rows that the resource
        is read from, so that what `If-Match` compares is what the act decides on.

        `ahead(public_id)` is what takes long: it runs before the unit of work, and `view` gets what it gave as
        `ahead=…`; a fault of it too, to raise where the same request was not answered before. With `people` the use case
        refuses programs, and the document says that it wants somebody's own session.
        """
        status = 200 if lock else 201

        def declare(view: View) -> View:
            def respond(sent: Mapping[str, str], given: Mapping[str, Any], **ids: str) -> ResponseReturnValue:
                key = sent["key"].strip('"')
                prepared = {"ahead": _ahead(ahead, ids["public_id"])} if ahead else {}
                with work().write(current_actor()) as session:
                    made = idempotency.attempt(session, key=key, request=_request())
                    if kept := idempotency.answered(session, made):
                        return _answered(kept, {"Idempotency-Replayed": "true"})
                    if lock and "If-Match" in request.headers:
                        lock(session, ids["public_id"])
                        _refuse_changed(shows.plain(session, ids["public_id"]))
                    public_id = view(session, given, **ids, **prepared)
                    session.flush()
                    content = shows.plain(session, public_id)
                    headers = {"ETag": quote_etag(_tag(content))}
                    if not lock:
                        headers["Location"] = url_for(shows.endpoint, public_id=public_id)
                    done = Answer(status, headers, content)
                    # Where nothing was done, what was there already is the answer, and asking again gives it again.
                    if session.acts:
                        idempotency.keep(session, made, done)
                return _answered(done, {})

            self._post(path, view, respond, permission, body, answer, status=status, people=people)
            return view

        return declare

    def _get(
        self,
        path: str,
        view: View,
        respond: View,
        permission: str,
        query: type[Query],
        answer: type[Schema],
        sent: type[Schema] = Reading,
    ) -> None:
        tagged = sent is Reading
        unchanged = {"304": {"description": "与 If-None-Match 所带的相同"}} if tagged else {}
        described = {
            "security": _security(permission, session=True, offered=self.offered),
            "responses": {**unchanged, **_problems(400, 406, 422, 429)},
        }
        respond.__name__, respond.__doc__ = view.__name__, view.__doc__
        respond = self.doc(**described)(
            self.response(200, answer, description="成功", headers=_TAGGED if tagged else None)(respond)
        )
        respond = self.arguments(query, location="query", error_status_code=400, unknown=None)(respond)
        self.route(path)(requires(permission)(_sending(self, sent)(respond)))

    def _post(
        self,
        path: str,
        view: View,
        respond: View,
        permission: str,
        body: type[Body],
        answer: type[Schema],
        *,
        status: int,
        people: bool,
    ) -> None:
        described = {
            "security": [{"session": []}]
            if people
            else _security(permission, session=False, offered=self.offered),
            "responses": _problems(400, 404, 406, 409, *([412] if status == 200 else []), 422, 429),
        }
        headers = _TAGGED if status == 200 else _TAGGED | _LOCATED
        respond.__name__, respond.__doc__ = view.__name__, view.__doc__
        answered = self.response(status, answer, description="已办理", headers=headers)(respond)
        respond = self.arguments(body, example=body.example)(self.doc(**described)(answered))
        sending = _sending(self, Changing if status == 200 else Making)
        self.route(path, methods=["POST"])(requires(permission)(sending(respond)))


def readable_json() -> None:
    """415 for what is not JSON at all; 400 for JSON that no reader gets through, brackets without end among it."""
    try:
        request.get_json()
    except (BadRequest, RecursionError) as unreadable:
        raise Fault("请求体不是可读的 JSON", rule="json") from unreadable


def _negotiate() -> None:
    if not request.accept_mimetypes["application/json"] and request.accept_mimetypes:
        raise NotAcceptable
    request.max_content_length = _LARGEST_BODY
    if request.method == "POST":
        readable_json()


def _sending(concern: Concern, headers: type[Schema]) -> Callable[[View], View]:
    declare: Callable[[View], View] = concern.arguments(headers, location="headers", error_status_code=400)
    return declare


def _request() -> bytes:
    return b"\n".join([request.method.encode(), request.full_path.encode(), request.get_data(cache=True)])


def _refuse_changed(content: bytes) -> None:
    if not request.if_match.contains(_tag(content)):
        raise Changed("内容已被他人修改，请重新读取")


def _tag(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _conditional(content: bytes) -> Response:
    response = Response(content, content_type="application/json")
    response.set_etag(_tag(content))
    # Which rows and fields it has depends on who asks.
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Authorization", "Cookie"))
    response.make_conditional(request)
    return response


def _answered(answer: Answer, more: Mapping[str, str]) -> Response:
    headers = {**answer.headers, **more, "Cache-Control": "no-store"}
    return Response(answer.content, answer.status, content_type="application/json", headers=headers)


@cache
def _page(item: type[Schema]) -> type[Schema]:
    name = item.__name__.removesuffix("Schema")
    described = {"description": "下一页的游标，传给 after；最后一页为 null"}
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(required=True, allow_none=True, metadata=described),
        },
        name=f"{name}PageSchema",
    )


def _ahead(prepare: Callable[[str], Any], public_id: str) -> Any:
    try:
        return prepare(public_id)
    except Fault as refused:
        return refused


def _security(
    permission: str, *, session: bool, offered: Sequence[scopes.Scope]
) -> list[dict[str, list[str]]]:
    needed: list[dict[str, list[str]]] = [{"token": scopes.granting(permission, offered)}]
    return [*needed, {"session": []}] if session else needed


def _problems(*statuses: int) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{HTTPStatus(status).name}"} for status in statuses}


_TAGGED = {"ETag": {"schema": {"type": "string"}, "description": "内容的标签"}}
_LOCATED = {"Location": {"schema": {"type": "string"}, "description": "新登记的地址"}}
