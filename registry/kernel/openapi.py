"""The OpenAPI 3.1 document of the JSON interfaces. What all of them share is written here, once.

Blueprints describe what is their own; the problems that any operation may answer follow from its shape.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, cast

import orjson
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_smorest import Api
from flask_smorest.spec.plugins import FlaskPlugin

from registry.kernel import problems
from registry.kernel.access import PUBLIC, declared, public

_METHODS = ("get", "post", "put", "patch", "delete")
_ABOUT = """\
司法局法律服务行业信用记录、双随机抽查与双公示服务的程序接口。

- 公开的数据不需要令牌；其余接口使用 `Authorization: Bearer <令牌>`，令牌由管理员在“接口客户端”中发放，权限范围逐项列出。
- `/api/v1` 的列表为 `{"items": […], "next": 游标或 null}`，把 `next` 作为 `after` 传回即得下一页；公开页面的列表为 `{"results": […], "next": …}`，
  `next` 传回为 `after` 或 `before`，见各项的参数；一次给全的公开清单没有 `next`。
- 读取的回答带 `ETag`；带 `If-None-Match` 再读，未变化时回答 304。变更时可带 `If-Match`，内容已变化则回答 412。
- 每个 POST 须带 `Idempotency-Key`：同一键和同一内容只办理一次，再次发送得到原来的回答（保留 24 小时以上）。
- 拒绝一律为 RFC 9457 的 `application/problem+json`：`rule` 为稳定的英文代码，`errors` 逐项指出字段；`Accept-Language: en` 得到英文说明（办案规则中没有英文的仍为中文，以 `rule` 为准）。
- 证件号码、联系电话和人写的文字只在专门的接口中给出，须有 `registry:personal`，每次读取都记入审计记录。
"""

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 的问题说明",
    "required": ["type", "title", "status", "rule", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:legalcredit:invalid"]},
        "title": {"type": "string", "examples": ["填写有误"]},
        "detail": {"type": "string", "description": "title 为英文时，这一次的说明"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "rule": {"type": "string", "description": "稳定的英文代码"},
        "request_id": {"type": "string", "description": "请求编号，与回答头 X-Request-ID 相同"},
        "gone": {"type": "boolean"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "rule", "message"],
                "properties": {
                    "path": {"type": "string", "examples": ["items[3].index"]},
                    "rule": {"type": "string", "examples": ["required"]},
                    "message": {"type": "string", "examples": ["缺少此项"]},
                },
            },
        },
    },
}


class PlainApi(Api):  # type: ignore[misc]
    """flask-smorest without error answers and paging headers of its own: faults are translated in one place, the edge."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        return None

    def _register_responses(self) -> None:
        for status, title in problems.TITLES.items():
            self.spec.components.response(HTTPStatus(status).name, _problem_response(status, title))


def _problem_response(status: int, title: str) -> dict[str, Any]:
    example = {
        "type": f"urn:legalcredit:http_{status}",
        "title": title,
        "status": status,
        "rule": f"http_{status}",
        "request_id": "5f1c2a9e7d3b4c60",
    }
    described: dict[str, Any] = {
        "description": title,
        "content": {
            problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        },
    }
    if status == 401:
        described["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "RFC 6750"}}
    if status in (429, 503):
        described["headers"] = {
            "Retry-After": {"schema": {"type": "integer"}, "description": "几秒以后可以再试"}
        }
    return described


def install(app: Flask) -> PlainApi:
    app.config.update(
        API_TITLE="legalcredit",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    described = {"info": {"description": _ABOUT}, "servers": [{"url": "/"}]}
    plugin = MarshmallowPlugin(schema_name_resolver=_schema_name)
    api = PlainApi(app, spec_kwargs={**described, "marshmallow_plugin": plugin})
    schemes = api.spec.components
    schemes.security_scheme(
        "token", {"type": "http", "scheme": "bearer", "description": "接口客户端的令牌；所列为须有的权限范围"}
    )
    schemes.security_scheme(
        "session",
        {
            "type": "apiKey",
            "in": "cookie",
            "name": app.config["SESSION_COOKIE_NAME"],
            "description": "已登录的工作人员；办理时还须在 X-CSRFToken 中给出任一页面的令牌",
        },
    )
    schemes.schema("Problem", _PROBLEM)
    return api


def _schema_name(schema: Any) -> str:
    """Its class's, behind that of its package: the parts name their schemas without knowing each other."""
    named: Any = resolve_schema_cls(schema)
    package = named.__module__.partition(".")[0]
    prefix = "" if package in ("registry", "marshmallow") else package.title()
    return prefix + str(named.__name__).removesuffix("Schema")


def publish(app: Flask, api: PlainApi) -> None:
    """Puts the finished document behind the address that flask-smorest reserved for it."""

    @cache
    def document() -> tuple[bytes, str]:
        response = Response(orjson.dumps(_completed(app, api.spec.to_dict())))
        response.add_etag()
        return response.get_data(), response.get_etag()[0] or ""

    @public
    def openapi() -> ResponseReturnValue:
        content, tag = document()
        response = Response(content, content_type="application/json")
        response.set_etag(tag)
        return response.make_conditional(request)

    app.view_functions["api-docs.openapi_json"] = openapi


def _completed(app: Flask, document: dict[str, Any]) -> dict[str, Any]:
    endpoints = {
        (FlaskPlugin.flaskpath2openapi(rule.rule), method): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                if declared(app, endpoints[path, method.upper()], method) != PUBLIC:
                    # What names no scope is for the office's own people.
                    operation.setdefault("security", [{"session": []}])
                shared = item.get("parameters", []) + operation.get("parameters", [])
                for status in _problems(path, shared, operation):
                    reference = {"$ref": f"#/components/responses/{HTTPStatus(status).name}"}
                    operation["responses"].setdefault(str(status), reference)
                operation["responses"] = dict(sorted(operation["responses"].items()))
    return document


def _problems(path: str, parameters: list[Any], operation: Mapping[str, Any]) -> Iterator[int]:
    """The problems that an operation may answer for its shape alone."""
    yield from (500, 503)
    if any(cast(Mapping[str, str], parameter).get("in") == "query" for parameter in parameters):
        yield from (400, 422)
    if "{" in path:
        yield 404
    if operation.get("security"):
        yield from (401, 403)
    if "requestBody" in operation:
        yield from (400, 413, 415, 422)
