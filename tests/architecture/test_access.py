"""Nobody can add a view and forget to say who may see it."""

import pytest
from flask import Blueprint, Flask

from publicity.app import PARTS
from registry.kernel.access import declared, public, requires
from registry.kernel.host import AccessUndeclared, build_app
from registry.kernel.part import Part
from registry.kernel.settings import Settings
from registry.part import PART as REGISTRY

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


def test_a_declared_permission_is_asked_for_before_the_view_runs(settings: Settings) -> None:
    pages = Blueprint("extra", __name__)
    pages.add_url_rule("/secret", "secret", requires("extra.read")(lambda: "the secret"))
    client = build_app(settings, [*PARTS, Part(name="extra", blueprints=[pages])]).test_client()
    answer = client.get("/secret")
    assert answer.status_code in (302, 401)
    assert b"the secret" not in answer.data


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
