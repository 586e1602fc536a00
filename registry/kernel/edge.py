"""The HTTP edge that every part shares: request ids, identity, access, CSRF, faults, headers, health and metrics."""

import re
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import urlsplit

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
from flask_babel import force_locale, gettext
from flask_smorest import Blueprint as ApiBlueprint
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import TemplateNotFound
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from registry.kernel import logs, metrics, openapi, problems
from registry.kernel.access import ANONYMOUS, PUBLIC, Actor, current_actor, declared, public
from registry.kernel.clock import local_text
from registry.kernel.faults import Fault, FieldFault, Filled, Gone, Refused, Unidentified
from registry.migrations import pending

if TYPE_CHECKING:
    from registry.kernel.host import Host
    from registry.kernel.part import Navigation

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
_PROGRAM_PATHS = ("/api/", "/feed/", "/log/")
_SHORT = 12
"""Characters that are quickly typed again."""
_SECRET = frozenset({"csrf_token", "present", "password", "again", "secret", "key", "token"})
"""Fields of forms that no page shows."""
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
csrf = CSRFProtect()


def install(app: Flask, host: "Host") -> None:
    """Puts every part's blueprints on `app` and the shared edge around them."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        # A token lives as long as its session: a form filled in over lunch must not be lost.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=host.settings.secure_cookies,
    )
    csrf.init_app(app)
    app.jinja_env.filters["local"] = local_text
    app.add_template_global(_lit, "lit")
    public_menu = _grouped(item for part in host.parts for item in part.public_navigation)
    app.context_processor(
        lambda: {
            "bureau": host.settings.bureau,
            "actor": current_actor(),
            "navigation": _navigation(host),
            "public_navigation": public_menu,
        }
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
    app.register_error_handler(IntegrityError, _raced)
    app.register_error_handler(Exception, _crash)
    # What fails outside the handlers above, or in them, is logged as they log it: without the exception's text.
    app.log_exception = lambda exc_info: logs.crash("crash", exc_info[1])  # type: ignore[method-assign]
    api = openapi.install(app)
    app.register_blueprint(_health)
    for part in host.parts:
        for blueprint in part.blueprints:
            if isinstance(blueprint, ApiBlueprint):
                api.register_blueprint(blueprint)
            else:
                app.register_blueprint(blueprint)
        if part.setup is not None:
            part.setup(host, app)
    openapi.publish(app, api)


def _host() -> "Host":
    return cast("Host", current_app.extensions["legalcredit"])


def _navigation(host: "Host") -> "dict[str, list[Navigation]]":
    """The menu's entries that the present actor may open, by group; groups in the order of their first entry."""
    actor = current_actor()
    return _grouped(item for part in host.parts for item in part.navigation if actor.may(item.permission))


class _Entry(NamedTuple):
    """An entry of a menu as a page shows it; `current` is the value of its aria-current."""

    title: str
    url: str
    endpoint: str
    current: str | None


def _lit(menu: "Mapping[str, Sequence[Navigation]]") -> dict[str, list[_Entry]]:
    """The entries with their addresses. One at the most is current: that of the present page, or the nearest above it."""
    addressed = {
        group: [(item, url_for(item.endpoint, **item.values)) for item in items]  # type: ignore[arg-type]
        for group, items in menu.items()
    }
    urls = [url for items in addressed.values() for _, url in items]
    above = [url for url in urls if request.path == url or request.path.startswith(f"{url}/")]
    nearest = max(above, key=len, default=None)
    current = {nearest: "page" if nearest == request.path else "true"}
    return {
        group: [_Entry(item.title, url, item.endpoint, current.get(url)) for item, url in items]
        for group, items in addressed.items()
    }


def _grouped(entries: "Iterable[Navigation]") -> "dict[str, list[Navigation]]":
    groups: dict[str, list[Navigation]] = {}
    for item in sorted(entries, key=lambda item: item.order):
        groups.setdefault(item.group, []).append(item)
    return groups


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
    if actor.kind == "client" and access != PUBLIC and not _program_path():
        # The interfaces give personal data for scopes of their own; the office's pages show them without asking.
        raise Refused("访问令牌只能用于接口，不能打开工作台页面", rule="interfaces-only")
    # A token travels in a header that no foreign page can set, and JSON it cannot send without asking; only cookie
    # sessions and anonymous forms need CSRF.
    programs = actor.kind == "client" or (actor.kind == "anonymous" and request.is_json)
    programs = programs or getattr(current_app.view_functions.get(request.endpoint or ""), "by_secret", False)
    if request.method not in ("GET", "HEAD", "OPTIONS") and not programs:
        csrf.protect()
        if _has_nul(request.form):
            abort(400)


def _program_path() -> bool:
    path = request.path
    return path.startswith(_PROGRAM_PATHS) or (path.endswith(".json") and not path.startswith("/staff"))


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
    if _program_path() or "Authorization" in request.headers:
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _problem(
    status: int, rule: str, title: str, *, errors: Iterable[FieldFault] = (), **more: object
) -> Response:
    """RFC 9457 for programs, a page for people, with the same words."""
    request_id = g.get("request_id", "")
    if _wants_json():
        spoken = _language()
        members = {**more, "request_id": request_id}
        told = [replace(fault, message=_said(fault.message, spoken)) for fault in errors]
        body = problems.document(
            status, rule, _said(title, spoken), language=spoken, errors=told, more=members
        )
        response = Response(orjson.dumps(body), status, content_type=problems.MEDIA_TYPE)
        response.headers["Content-Language"] = spoken
        response.vary.add("Accept-Language")
    else:
        page = {
            "status": status,
            "rule": rule,
            "title": title,
            "request_id": request_id,
            "errors": list(errors),
            **more,
        }
        try:
            response = Response(render_template("registry/fault.html", **page), status)
        except (TemplateNotFound, SQLAlchemyError):
            # No frame in this composition, or the frame's own look at the database failed as the view's did.
            response = Response(f"{status} {title}\n", status, content_type="text/plain; charset=utf-8")
    if challenge := _challenge(status):
        response.headers["WWW-Authenticate"] = challenge
    return response


def _challenge(status: int) -> str | None:
    """RFC 6750 section 3: what a token lacks is said to whoever sent one."""
    sent = "Authorization" in request.headers
    if status == 401:
        return 'Bearer error="invalid_token"' if sent else "Bearer"
    return 'Bearer error="insufficient_scope"' if status == 403 and sent else None


def _language() -> problems.Language:
    asked = request.accept_languages.best_match(problems.LANGUAGES)
    return "en" if asked == "en" else "zh-CN"


def _said(sentence: str, language: problems.Language) -> str:
    """A sentence as the catalogues of the parts have it; one of the office's own that they lack stays as it is."""
    if language != "en" or "babel" not in current_app.extensions:
        return sentence
    with force_locale("en"):
        return translated(sentence)


def translated(sentence: str) -> str:
    """In the language of the answer; of what is filled in, the words that the catalogues have."""
    if isinstance(sentence, Filled):
        return translated(sentence.message) % {
            name: translated(value) if isinstance(value, str) else value
            for name, value in sentence.values.items()
        }
    # What is empty would be answered with the head of the catalogue.
    return str(gettext(sentence)) if sentence else sentence


def _fault(fault: Fault) -> ResponseReturnValue:
    if isinstance(fault, Unidentified) and not _wants_json():
        if request.method in ("GET", "HEAD"):
            asked = request.full_path.removesuffix("?")
            return redirect(url_for("sign_in.login", next=asked), 303)
        # Whoever sent a form after the session had ended gets back what was typed, to send it again.
        typed = [text for name, text in request.form.items() if len(text) > _SHORT and name not in _SECRET]
        answer = _problem(401, fault.rule, "登录已到期，刚才的内容没有提交", typed=typed, back=_came_from())
        answer.headers["Cache-Control"] = "no-store"
        return answer
    more: dict[str, object] = {"gone": True} if isinstance(fault, Gone) else {}
    return _problem(fault.status, fault.rule, fault.title, errors=fault.fields, **more)


def _came_from() -> str | None:
    """The page of ours on which a form stood."""
    came = urlsplit(request.referrer or "")
    return came.path if came.netloc == request.host else None


def _forged(_error: CSRFError) -> ResponseReturnValue:
    return _problem(400, "csrf", "页面已过期，请返回刷新后重试")


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    # webargs says by location and field what is wrong; it names fields and rules, never other rows.
    messages = getattr(error, "data", {}).get("messages") if hasattr(error, "data") else None
    if messages is None:
        answer = _problem(status, f"http_{status}", problems.TITLES.get(status, error.name))
    else:
        errors = problems.schema_faults(messages, _language())
        answer = _problem(status, "invalid", problems.TITLES[422], errors=errors)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            answer.headers[name] = value
    return answer


def _unavailable(error: OperationalError) -> ResponseReturnValue:
    """The database does not answer, or made us wait for a lock for too long; nothing was stored."""
    logs.crash("database", error, route=request.url_rule.rule if request.url_rule else "none")
    answer = _problem(503, "database_unavailable", "数据库暂时不可用，请稍后再试")
    answer.headers["Retry-After"] = "5"
    return answer


def _raced(error: IntegrityError) -> ResponseReturnValue:
    """Two asked for the same at one moment, and the database let one of them; nothing of the other was stored."""
    logs.crash("raced", error, route=request.url_rule.rule if request.url_rule else "none")
    return _problem(409, "raced", "刚刚有人办理了相同的事项，请重新查看后再试")


def _crash(error: Exception) -> ResponseReturnValue:
    logs.crash("crash", error, route=request.url_rule.rule if request.url_rule else "none")
    return _problem(500, "internal", problems.TITLES[500])


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
