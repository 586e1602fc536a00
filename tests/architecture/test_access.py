"""Nobody can add a view and forget to say who may see it."""

import pytest
from flask import Blueprint, Flask

from publicity.app import PARTS
from registry.kernel.access import declared, public, requires
from registry.kernel.host import AccessUndeclared, Host, build_app
from registry.kernel.part import Part
from registry.kernel.settings import Settings
from registry.part import PART as REGISTRY
from tests.people import hire

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_the_service_does_not_start_with_a_view_that_declares_nothing(settings: Settings) -> None:
    pages = Blueprint("extra", __name__)
    pages.add_url_rule("/open", "open", public(lambda: "for everyone"))
    pages.add_url_rule("/forgotten", "forgotten", lambda: "for whom?", methods=["GET", "POST"])
    with pytest.raises(AccessUndeclared) as refused:
        build_app(settings, [*PARTS, Part(name="extra", blueprints=[pages])])
    assert "GET /forgotten" in str(refused.value)
    assert "POST /forgotten" in str(refused.value)
    assert "/open" not in str(refused.value)


def test_a_declared_permission_is_asked_for_before_the_view_runs(settings: Settings, host: Host) -> None:
    """A stranger is sent to sign in, a program gets 401, somebody without the permission 403."""
    pages = Blueprint("extra", __name__)
    pages.add_url_rule("/secret", "secret", requires("extra.read")(lambda: "the secret"))
    app = build_app(settings, [*PARTS, Part(name="extra", blueprints=[pages])], clock=host.clock)
    auditor = hire(host, app.test_client(), username="auditor", roles=("auditor",), section="法治督察处")
    stranger = app.test_client()
    answers = {
        303: stranger.get("/secret"),
        401: stranger.get("/secret", headers={"Accept": "application/json"}),
        403: auditor.get("/secret"),
    }
    assert {status: answer.status_code for status, answer in answers.items()} == {
        303: 303,
        401: 401,
        403: 403,
    }
    assert answers[303].location.startswith("/staff/login?next=")
    assert not any("the secret" in answer.text for answer in answers.values())


def test_every_permission_that_a_view_asks_for_is_one_that_somebody_can_hold(app: Flask) -> None:
    """A misspelt permission would lock everyone out, and no test of the view's own would notice who is let in."""
    known = {permission.name for part in PARTS for permission in part.permissions}
    known |= {scope for part in PARTS for scope in part.scopes}
    asked = {
        str(declared(app, rule.endpoint, method))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert asked - known == {"public"}


def test_the_registry_alone_is_a_working_application(settings: Settings) -> None:
    client = build_app(settings, [REGISTRY]).test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
