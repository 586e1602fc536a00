"""The registry without inspections and publicity is a working service of its own."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from registry.accounts import staff
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.host import Host, build_app
from registry.kernel.settings import Settings
from registry.kernel.shell import group
from registry.kernel.store import Base
from registry.ledger import book
from registry.part import PART as REGISTRY
from registry.roster import enrol, find
from tests.people import hire


@pytest.fixture
def app(settings: Settings, clock: SetClock) -> Iterator[Flask]:
    app = build_app(settings, (REGISTRY,), clock=clock)
    yield app
    app.extensions["legalcredit"].engine.dispose()


def test_staff_sign_in_and_keep_the_roster(app: Flask) -> None:
    host: Host = app.extensions["legalcredit"]
    clerk = hire(host, app.test_client(), username="clerk", roles=("clerk",), section="律师工作处")
    with host.work.write(clerk.actor) as session:
        firm = enrol.enrol_organisation(
            session,
            clerk.actor,
            kind="law_firm",
            name="示范律师事务所",
            district="310101",
            established_on=date(2001, 1, 1),
        )
    with host.work.read() as session:
        assert find.organisation(session, firm.public_id).name == "示范律师事务所"
        # Adding the clerk, the clerk's signing in, the enrolment.
        assert book.head(session, "audit").size == 3
    home = clerk.get("/staff")
    assert home.status_code == 200
    assert "测试clerk" in home.text
    for path in (
        "/healthz",
        "/readyz",
        "/metrics",
        "/log/checkpoint",
        "/api/v1/openapi.json",
        "/staff/password",
    ):
        assert clerk.get(path).status_code == 200, path


def test_every_page_of_the_menu_opens(app: Flask) -> None:
    host: Host = app.extensions["legalcredit"]
    everything = tuple({role for permission in host.permissions for role in permission.roles})
    everybody = hire(host, app.test_client(), username="all", roles=everything, section="办公室")
    with app.test_request_context():
        pages = [app.url_for(item.endpoint) for item in REGISTRY.navigation]
    assert [path for path in pages if everybody.get(path).status_code != 200] == []


def test_it_knows_nobody_above_it(app: Flask) -> None:
    routes = {rule.rule for rule in app.url_map.iter_rules()}
    assert not {route for route in routes if route.startswith(("/draws", "/notices", "/feed", "/search"))}
    commands = set(group((REGISTRY,)).commands)
    assert {"db", "serve", "jobs", "ledger", "import", "clients"} <= commands
    assert not commands & {"draw", "feed"}
    own = {table.name for table in REGISTRY.tables}
    assert own == {table.name for table in Base.metadata.sorted_tables if table.name.startswith("reg_")}
    for table in REGISTRY.tables:
        assert {key.column.table.name for key in table.foreign_keys} <= own, table.name


def test_every_permission_is_held_by_somebody_and_every_menu_entry_has_one(app: Flask) -> None:
    names = {permission.name for permission in REGISTRY.permissions}
    assert all(permission.roles for permission in REGISTRY.permissions)
    assert {item.permission for item in REGISTRY.navigation} <= names


def test_acts_of_staff_have_names_for_the_audit_page(app: Flask) -> None:
    host: Host = app.extensions["legalcredit"]
    with host.work.write(Actor.command("tests")) as session:
        staff.add_staff(
            session,
            session.actor,
            username="clerk",
            name="甲",
            section="处",
            roles=("clerk",),
            password="a long word 2026",
        )
        assert {act.verb for act in session.acts} <= set(REGISTRY.acts)
