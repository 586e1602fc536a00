"""Every answer of the service goes through one edge: identified, admitted, translated, guarded and logged alike."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask, request
from flask.testing import FlaskClient
from flask.views import MethodView
from sqlalchemy.exc import OperationalError

from registry.kernel.access import public, requires
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, FieldFault, Gone, Invalid, NotFound
from registry.kernel.host import AccessUndeclared, build_app
from registry.kernel.part import Part
from registry.kernel.settings import Settings
from registry.part import PART as REGISTRY
from tests.people import Person

# One database is enough: nothing of the edge depends on which.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CANARY = "张三 11010519491231002X"
FAULTS: dict[str, Exception] = {
    "missing": NotFound("没有这条公示"),
    "gone": Gone("公示期满"),
    "conflict": Conflict("已由他人办理", rule="already_decided"),
    "invalid": Invalid("填写有误", [FieldFault("rows[3].name", "required", "第 3 行缺少姓名")]),
    "crash": LookupError(CANARY),
    "database": OperationalError(f"SELECT '{CANARY}'", {"name": CANARY}, Exception(CANARY)),
}


def _views() -> Part:
    views = Blueprint("views", __name__)

    @views.get("/fault/<kind>")
    @views.get("/api/v1/fault/<kind>")
    @public
    def fault(kind: str) -> str:
        raise FAULTS[kind]

    @views.route("/form", methods=["GET", "POST"])
    @public
    def form() -> str:
        return "kept"

    @views.get("/staff/secret")
    @views.get("/api/v1/secret")
    @requires("nobody.has.this")
    def secret() -> str:
        return CANARY

    @views.get("/framed")
    @public
    def framed() -> tuple[str, dict[str, str]]:
        return "own policy", {"Content-Security-Policy": "default-src 'self'"}

    return Part("views", blueprints=(views,))


@pytest.fixture
def app(settings: Settings, clock: SetClock) -> Iterator[Flask]:
    app = build_app(settings, (REGISTRY, _views()), clock=clock)
    yield app
    app.extensions["legalcredit"].engine.dispose()


def _asking_json(client: FlaskClient, path: str) -> Any:
    return client.get(path, headers={"Accept": "application/json"})


def test_a_request_keeps_its_id_through_answer_and_log(
    settings: Settings, clock: SetClock, capsys: pytest.CaptureFixture[str]
) -> None:
    client = build_app(
        Settings(home=settings.home, database_url=settings.database_url), (REGISTRY,), clock=clock
    ).test_client()
    assert (
        client.get("/healthz", headers={"X-Request-ID": "abcd-1234"}).headers["X-Request-ID"] == "abcd-1234"
    )
    forged = client.get("/healthz", headers={"X-Request-ID": "x; drop table"}).headers["X-Request-ID"]
    assert len(forged) == 16
    logged = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["request_id"] for line in logged] == ["abcd-1234", forged]
    assert {(line["route"], line["status"], line["actor"]) for line in logged} == {
        ("/healthz", 200, "anonymous")
    }


@pytest.mark.parametrize(
    ("kind", "status", "rule"),
    [
        ("missing", 404, "not_found"),
        ("gone", 410, "gone"),
        ("conflict", 409, "already_decided"),
        ("invalid", 422, "invalid"),
        ("crash", 500, "internal"),
        ("database", 503, "database_unavailable"),
    ],
)
def test_a_fault_is_a_problem_document_for_programs_and_a_page_for_people(
    client: FlaskClient, kind: str, status: int, rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """RFC 9457."""
    problem = client.get(f"/api/v1/fault/{kind}")
    assert (problem.status_code, problem.content_type) == (status, "application/problem+json")
    told = json.loads(problem.data)
    assert (told["status"], told["rule"], told["type"]) == (status, rule, f"urn:legalcredit:{rule}")
    assert told["request_id"] == problem.headers["X-Request-ID"]
    page = client.get(f"/fault/{kind}", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert told["title"] in page.text
    assert page.headers["X-Request-ID"] in page.text
    assert _asking_json(client, f"/fault/{kind}").content_type == "application/problem+json"
    if kind == "invalid":
        error = {"path": "rows[3].name", "rule": "required", "message": "第 3 行缺少姓名"}
        assert told["errors"] == [error]
        assert "第 3 行缺少姓名" in page.text
    # What went wrong inside is for the log, and the log gets the kind and the place alone.
    said = problem.text + page.text + capsys.readouterr().err
    assert CANARY not in said
    assert "11010519491231002X" not in said
    assert ("LookupError" in said) == (kind == "crash")


@pytest.mark.parametrize("path", ["/no-such-page", "/api/v1/no-such-thing", "/no-such.json"])
def test_an_unknown_address_is_answered_in_chinese(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "没有找到" in (json.loads(answer.data)["title"] if "json" in answer.content_type else answer.text)


def test_a_method_that_is_not_there_names_those_that_are(client: FlaskClient) -> None:
    """RFC 9110 section 15.5.6."""
    answer = client.delete("/form")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))


def test_a_visitor_is_led_to_sign_in_and_a_program_is_told(client: FlaskClient) -> None:
    led = client.get("/staff/secret?page=2", headers={"Accept": "text/html"})
    assert led.status_code == 303
    assert led.headers["Location"] == "/staff/login?next=/staff/secret?page%3D2"
    plain = client.get("/staff/secret", headers={"Accept": "text/html"})
    assert plain.headers["Location"] == "/staff/login?next=/staff/secret"
    told = client.get("/api/v1/secret")
    assert (told.status_code, told.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert json.loads(told.data)["rule"] == "unidentified"


def test_who_is_signed_in_without_the_permission_is_refused(sign_in: Callable[..., Person]) -> None:
    refused = sign_in("clerk").get("/staff/secret")
    assert refused.status_code == 403
    assert CANARY not in refused.text
    assert refused.headers["Cache-Control"] == "no-store"


def test_a_form_from_a_foreign_page_is_refused(sign_in: Callable[..., Person], client: FlaskClient) -> None:
    clerk = sign_in("clerk")
    assert clerk.post("/form").text == "kept"
    for forged in (
        clerk.client.post("/form"),
        clerk.client.post("/form", data={"csrf_token": "guessed"}),
        client.post("/form"),
    ):
        assert forged.status_code == 400
        assert "页面已过期" in forged.text


def test_a_form_with_a_sign_that_no_text_has_is_refused(sign_in: Callable[..., Person]) -> None:
    """PostgreSQL stores no NUL; it must not come so far as to fail there."""
    clerk = sign_in("clerk")
    assert clerk.post("/form", name="张\0三").status_code == 400
    assert clerk.get("/form?q=a&q=%00").status_code == 400


def test_no_cache_keeps_a_page_by_a_rule_of_its_own(
    client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    """RFC 9111 section 4.2.2 lets a cache guess; then a notice would outlive its last day there."""
    for path in ("/form", "/no-such-page", "/fault/gone", "/api/v1/fault/gone"):
        assert client.get(path).headers["Cache-Control"] == "no-cache"
    assert sign_in("clerk").get("/form").headers["Cache-Control"] == "no-store"
    assert "max-age" in client.get("/static/legalcredit.css").headers["Cache-Control"]


def test_every_answer_carries_the_guards(client: FlaskClient) -> None:
    for path in ("/form", "/fault/crash", "/no-such-page", "/healthz", "/api/v1/secret"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers
    assert client.get("/framed").headers["Content-Security-Policy"] == "default-src 'self'"
    secure = client.get("/form", base_url="https://credit.example.gov.cn").headers
    assert "max-age" in secure["Strict-Transport-Security"]


def test_the_session_cookie_is_guarded_where_the_service_is_reached_by_https(
    settings: Settings, clock: SetClock
) -> None:
    app = build_app(
        Settings(home=settings.home, database_url=settings.database_url, secure_cookies=True),
        (REGISTRY,),
        clock=clock,
    )
    cookie = app.test_client().get("/staff/login", base_url="https://localhost").headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_a_view_that_declares_no_access_stops_the_start(settings: Settings) -> None:
    views = Blueprint("forgotten", __name__)
    views.add_url_rule("/forgotten", view_func=lambda: "open to all")

    class Half(MethodView):
        @public
        def get(self) -> str:
            return ""

        def post(self) -> str:
            return ""

    views.add_url_rule("/half", view_func=Half.as_view("half"))
    with pytest.raises(AccessUndeclared) as refused:
        build_app(settings, (REGISTRY, Part("forgotten", blueprints=(views,))))
    assert "GET /forgotten" in str(refused.value)
    assert "POST /half" in str(refused.value)
    assert "GET /half" not in str(refused.value)


def test_what_people_search_for_is_in_no_log_and_no_metric(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/form", query_string={"q": CANARY}, headers={"Referer": f"https://x/?q={CANARY}"})
    client.get(f"/no-such-page/{CANARY}?q={CANARY}")
    client.open("/form", method=f"M{'X' * 40}")
    said = capsys.readouterr().err + client.get("/metrics").text
    assert "张三" not in said
    assert "11010519491231002X" not in said
    assert "XXXX" not in said


def test_a_librarys_log_line_loses_the_exceptions_text(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger("granian").exception("request failed")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["error"]) == ("request failed", "ValueError")
    assert CANARY not in json.dumps(line, ensure_ascii=False)
    assert "test_edge.py" in line["trace"][0]


def test_an_exception_in_the_edge_itself_says_nothing_either(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    @app.after_request
    def broken(_response: object) -> Any:
        if request.path == "/form":
            raise LookupError(CANARY)
        return _response

    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get("/form")
    assert answer.status_code == 500
    said = answer.text + capsys.readouterr().err
    assert CANARY not in said
    assert "LookupError" in said
