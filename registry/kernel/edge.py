"""The HTTP edge that every part shares: request ids, identity, access, CSRF, faults, headers, health and metrics."""

import re
import secrets
import time
from typing import TYPE_CHECKING, cast

import orjson
import structlog
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_smorest import Api
from flask_smorest import Blueprint as ApiBlueprint
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import TemplateNotFound
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from registry.kernel import logs, metrics
from registry.kernel.access import ANONYMOUS, PUBLIC, Actor, current_actor, declared, public
from registry.kernel.clock import local_text
from registry.kernel.faults import Fault, Gone, Invalid, Refused, Unidentified
from registry.migrations import pending

if TYPE_CHECKING:
    from registry.kernel.host import Host

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
_PROGRAM_PATHS = ("/api/", "/feed/", "/log/")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_CRASHED = "服务出现故障，已记录；请稍后再试，或把请求编号告诉管理员"
_TITLES = {
    400: "请求有误",
    401: "需要登录或有效的访问令牌",
    403: "您没有此项权限",
    404: "没有找到",
    405: "不支持的请求方法",
    409: "与现状冲突",
    410: "已经撤下",
    412: "内容已被他人修改",
    413: "文件过大",
    415: "不支持的内容类型",
    422: "填写有误",
    429: "请求过于频繁，请稍后再试",
    500: _CRASHED,
    503: "服务暂时不可用，请稍后再试",
}

csrf = CSRFProtect()


def install(app: Flask, host: "Host") -> None:
    """Puts every part's blueprints on `app` and the shared edge around them."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        # A token lives as long as its session: a form filled in over lunch must not be lost.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=host.settings.secure_cookies,
        API_TITLE="legalcredit",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    csrf.init_app(app)
    app.jinja_env.filters["local"] = local_text
    app.context_processor(
        lambda: {"bureau": host.settings.bureau, "actor": current_actor(), "navigation": _navigation(host)}
    )
    app.before_request(_begin)
    app.before_request(_legible)
    app.before_request(_identify)
    app.before_request(_admit)
    app.after_request(_finish)
    app.register_error_handler(Fault, _fault)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(Exception, _crash)
    # What fails outside the handlers above, or in them, is logged as they log it: without the exception's text.
    app.log_exception = lambda exc_info: logs.crash("crash", exc_info[1])  # type: ignore[method-assign]
    api = _PlainApi(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    app.register_blueprint(_health)
    for part in host.parts:
        for blueprint in part.blueprints:
            if isinstance(blueprint, ApiBlueprint):
                api.register_blueprint(blueprint)
            else:
                app.register_blueprint(blueprint)
        if part.setup is not None:
            part.setup(host, app)
    document = app.view_functions["api-docs.openapi_json"]

    # A function around the library's bound method, which takes no attributes.
    @public
    def openapi() -> ResponseReturnValue:
        return cast(ResponseReturnValue, document())

    app.view_functions["api-docs.openapi_json"] = openapi


class _PlainApi(Api):  # type: ignore[misc]
    """flask-smorest without its own error answers and paging headers: faults are translated in one place, here."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        return None


def _host() -> "Host":
    return cast("Host", current_app.extensions["legalcredit"])


def _navigation(host: "Host") -> list[dict[str, str]]:
    actor = current_actor()
    items = sorted((item for part in host.parts for item in part.navigation), key=lambda item: item.order)
    return [{"title": item.title, "endpoint": item.endpoint} for item in items if actor.may(item.permission)]


def _begin() -> None:
    g.started = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _legible() -> None:
    """No name, number or text has a NUL in it, and PostgreSQL stores none: refused here, it cannot fail in a query."""
    if "\0" in request.path:
        abort(404)
    if _has_nul(request.args):
        abort(400)


def _has_nul(given: MultiDict[str, str]) -> bool:
    return any("\0" in value for _, value in given.items(multi=True))


def _identify() -> None:
    g.actor = ANONYMOUS
    if request.blueprint == _health.name:
        # Whether the process lives must not depend on the database that knows the visitor.
        return
    if "Authorization" not in request.headers and "legalcredit" not in request.cookies:
        return
    identifiers = [part.identify for part in _host().parts if part.identify is not None]
    if not identifiers:
        return
    with _host().work.read() as session:
        for identify in identifiers:
            actor = identify(request, session)
            if actor is not None:
                g.actor = actor
                return


def _admit() -> None:
    if request.endpoint is None:
        return
    actor: Actor = g.actor
    access = declared(current_app, request.endpoint, request.method)
    if access is not None and access != PUBLIC and not actor.may(access):
        if actor.kind == "anonymous":
            raise Unidentified("请先登录" if not _wants_json() else "需要有效的访问令牌")
        raise Refused("您没有此项权限", rule="permission")
    # A token travels in a header that no foreign page can set; only cookie sessions and anonymous forms need CSRF.
    if request.method not in ("GET", "HEAD", "OPTIONS") and actor.kind != "client":
        csrf.protect()
        if _has_nul(request.form):
            abort(400)


def _finish(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"
    elapsed = time.perf_counter() - g.get("started", time.perf_counter())
    # Anybody can invent methods, and every label is kept for ever.
    method = request.method if request.method in _METHODS else "other"
    metrics.REQUESTS.labels(method, route, response.status_code).inc()
    metrics.LATENCY.labels(route).observe(elapsed)
    headers = response.headers
    headers["X-Request-ID"] = g.get("request_id", "")
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    # Left to itself a cache may keep a page for as long as it sees fit, and a notice beyond its last day.
    headers.setdefault("Cache-Control", "no-cache" if current_actor().kind == "anonymous" else "no-store")
    structlog.get_logger().info(
        "request",
        method=method,
        route=route,
        status=response.status_code,
        ms=round(elapsed * 1000, 1),
        actor=current_actor().id,
    )
    return response


def _wants_json() -> bool:
    if request.path.startswith(_PROGRAM_PATHS) or request.path.endswith(".json"):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _problem(status: int, rule: str, title: str, **more: object) -> ResponseReturnValue:
    """RFC 9457 for programs, a page for people, with the same words."""
    if _wants_json():
        body = {"type": f"urn:legalcredit:{rule}", "title": title, "status": status, "rule": rule, **more}
        body["request_id"] = g.get("request_id", "")
        response = Response(orjson.dumps(body), status, content_type="application/problem+json")
    else:
        page = {"status": status, "title": title, "request_id": g.get("request_id", ""), **more}
        try:
            response = Response(render_template("registry/fault.html", **page), status)
        except (TemplateNotFound, SQLAlchemyError):
            # No frame in this composition, or the frame's own look at the database failed as the view's did.
            response = Response(f"{status} {title}\n", status, content_type="text/plain; charset=utf-8")
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _fault(fault: Fault) -> ResponseReturnValue:
    if isinstance(fault, Unidentified) and not _wants_json():
        asked = request.full_path.removesuffix("?") if request.method == "GET" else None
        return redirect(url_for("sign_in.login", next=asked), 303)
    more: dict[str, object] = {}
    if isinstance(fault, Invalid):
        more["errors"] = [{"path": f.path, "rule": f.rule, "message": f.message} for f in fault.fields]
    if isinstance(fault, Gone):
        more["gone"] = True
    return _problem(fault.status, fault.rule, fault.title, **more)


def _forged(_error: CSRFError) -> ResponseReturnValue:
    return _problem(400, "csrf", "页面已过期，请返回刷新后重试")


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    # webargs raises 422 with messages by location and field; they name fields and rules, never other rows.
    messages = getattr(error, "data", {}).get("messages") if hasattr(error, "data") else None
    if messages is None:
        answer = _problem(status, f"http_{status}", _TITLES.get(status, error.name))
    else:
        errors = [
            {"path": _path(location, path), "rule": "invalid", "message": message}
            for location, fields in messages.items()
            for path, message in _flatten(fields)
        ]
        answer = _problem(status, "invalid", _TITLES[422], errors=errors)
    if isinstance(answer, Response):
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                answer.headers[name] = value
    return answer


def _path(location: str, keys: tuple[str, ...]) -> str:
    """As in FieldFault: `items[3].index`; `json` or `query` where that is wrong as a whole."""
    named = "".join(f"[{key}]" if key.isdecimal() else f".{key}" for key in keys if key != "_schema")
    # A key may hold a lone surrogate, which the answer could not be sent with.
    return named.removeprefix(".").encode(errors="backslashreplace").decode() or location


def _flatten(fields: object, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    if isinstance(fields, dict):
        return [item for key, value in fields.items() for item in _flatten(value, (*path, str(key)))]
    if isinstance(fields, list):
        return [(path, str(message)) for message in fields]
    return [(path, str(fields))]


def _unavailable(error: OperationalError) -> ResponseReturnValue:
    """The database does not answer, or made us wait for a lock for too long; nothing was stored."""
    logs.crash("database", error, route=request.url_rule.rule if request.url_rule else "none")
    answer = cast(Response, _problem(503, "database_unavailable", "数据库暂时不可用，请稍后再试"))
    answer.headers["Retry-After"] = "5"
    return answer


def _crash(error: Exception) -> ResponseReturnValue:
    logs.crash("crash", error, route=request.url_rule.rule if request.url_rule else "none")
    return _problem(500, "internal", _CRASHED)


_health = Blueprint("health", __name__)


@_health.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    return Response("ok\n", content_type="text/plain")


@_health.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """200 when the database answers with the schema this program was built for, else 503 and what is amiss."""
    try:
        with _host().engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            waiting = pending(connection)
    except SQLAlchemyError as error:
        return Response(f"database: {type(error).__name__}\n", 503, content_type="text/plain")
    if waiting:
        return Response("schema: run `legalcredit db upgrade`\n", 503, content_type="text/plain")
    return Response("ready\n", content_type="text/plain")


@_health.get("/metrics")
@public
def exposition() -> ResponseReturnValue:
    body, content_type = metrics.exposition()
    return Response(body, content_type=content_type)
