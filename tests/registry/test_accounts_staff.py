"""Staff and their roles: what an administrator does, and what nobody may do."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts import audit, staff
from registry.accounts.roles import ROLES, permissions_of
from registry.accounts.staff import Staff
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Fault, Invalid, NotFound, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work, WorkSession
from tests.people import PASSWORD, Person

ALL = tuple(role.code for role in ROLES)
COMMAND = Actor.command("tests")


def test_an_administrator_adds_a_clerk_who_chooses_a_password_first(
    app: Flask, sign_in: Callable[..., Person]
) -> None:
    admin = sign_in("admin")
    answer = admin.post(
        "/staff/people", username="wang.fang", name="王芳", section="公证工作处", roles=["clerk", "witness"]
    )
    given = re.search(r'id="first-password">([^<]+)<', answer.text)
    assert given
    assert answer.headers["Cache-Control"] == "no-store"
    assert given[1] not in admin.get("/staff/people").text

    browser = app.test_client()
    entered = browser.post("/staff/login", data=_form(browser, username="wang.fang", password=given[1]))
    assert entered.location == "/staff/password"
    assert browser.get("/staff").location == "/staff/password"
    assert "请先设置自己的密码" in browser.get("/staff/password").text

    new = "苹果-渡船-十七点-灯塔"
    for fields, told in [
        ({"present": given[1], "password": "short", "again": "short"}, "密码应为 12 至 128 个字符"),
        ({"present": given[1], "password": "aaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaa"}, "6 个不同的字符"),
        (
            {"present": given[1], "password": "I am Wang.Fang 1", "again": "I am Wang.Fang 1"},
            "不能包含用户名",
        ),
        ({"present": given[1], "password": given[1], "again": given[1]}, "不能与现在的密码相同"),
        ({"present": given[1], "password": new, "again": new + "!"}, "两次输入的新密码不一致"),
        ({"present": "not the password", "password": new, "again": new}, "现在的密码不正确"),
    ]:
        refused = browser.post("/staff/password", data=_form(browser, **fields))
        assert refused.status_code == 422
        assert told in refused.text
    changed = browser.post("/staff/password", data=_form(browser, present=given[1], password=new, again=new))
    assert changed.location == "/staff"
    assert "王芳，您好" in browser.get("/staff").text


def test_a_first_sign_in_by_a_link_goes_on_to_its_page_with_a_password_of_ones_own(
    app: Flask, sign_in: Callable[..., Person]
) -> None:
    answer = sign_in("admin").post(
        "/staff/people", username="wang.fang", name="王芳", section="公证工作处", roles=["clerk"]
    )
    given = re.search(r'id="first-password">([^<]+)<', answer.text)
    assert given
    browser = app.test_client()
    link = "/staff/complaints?state=open"
    entered = browser.post(
        "/staff/login", data=_form(browser, username="wang.fang", password=given[1], next=link)
    )
    page = browser.get(entered.location)
    assert f'name="next" value="{link}"' in page.text
    new = "苹果-渡船-十七点-灯塔"
    changed = browser.post(
        "/staff/password", data=_form(browser, present=given[1], password=new, again=new, next=link)
    )
    assert changed.location == link
    assert browser.get(link).status_code == 200


def test_roles_change_what_the_next_page_allows(work: Work, sign_in: Callable[..., Person]) -> None:
    clerk = sign_in("clerk")
    assert clerk.get("/staff/audit").status_code == 403
    with work.write(COMMAND) as session:
        staff.change_staff(
            session, session.actor, staff=clerk.id, name="何静", section="审计处", roles=["auditor"]
        )
    assert clerk.get("/staff/audit").status_code == 200
    assert "何静" in clerk.get("/staff").text


@pytest.mark.parametrize("ending", ["deactivate", "reset-password"])
def test_ending_an_account_or_its_password_ends_open_sessions(
    sign_in: Callable[..., Person], ending: str
) -> None:
    admin, clerk = sign_in("admin"), sign_in("clerk")
    assert clerk.get("/staff").status_code == 200
    admin.post(f"/staff/people/{clerk.id}/{ending}")
    assert clerk.get("/staff").location.startswith("/staff/login")


def test_changing_ones_password_ends_the_other_sessions_only(
    app: Flask, sign_in: Callable[..., Person]
) -> None:
    clerk = sign_in("clerk")
    elsewhere = app.test_client()
    elsewhere.post("/staff/login", data=_form(elsewhere, username="clerk", password=PASSWORD))
    assert elsewhere.get("/staff").status_code == 200
    new = "another long word 2027"
    assert clerk.post("/staff/password", present=PASSWORD, password=new, again=new).location == "/staff"
    assert clerk.get("/staff").status_code == 200
    assert elsewhere.get("/staff").status_code == 303


def test_a_former_colleague_returns_with_the_roles_held_before(work: Work) -> None:
    person = _add(work, "clerk", "clerk", "witness")
    with work.write(COMMAND) as session:
        staff.deactivate(session, session.actor, staff=person.public_id)
    with work.write(COMMAND) as session, pytest.raises(Conflict):
        staff.reset_password(session, session.actor, staff=person.public_id)
    with work.write(COMMAND) as session:
        staff.reinstate(session, session.actor, staff=person.public_id)
        found = staff.find(session, person.public_id)
    assert found.ended_at is None
    assert found.roles == ("clerk", "witness")
    assert found.must_change


def test_administrators_cannot_demote_or_deactivate_themselves(
    sign_in: Callable[..., Person], work: Work
) -> None:
    admin = sign_in("admin")
    _add(work, "admin2", "admin")
    demoted = admin.post(f"/staff/people/{admin.id}", name="孙明远", section="信息中心", roles=["clerk"])
    assert demoted.status_code == 403
    assert "不能取消自己的管理员角色" in demoted.text
    assert admin.post(f"/staff/people/{admin.id}/deactivate").status_code == 403
    assert "停用账号" not in admin.get(f"/staff/people/{admin.id}").text


def test_the_last_administrator_stays(work: Work) -> None:
    only = _add(work, "admin", "admin")
    former = _add(work, "admin2", "admin")
    with work.write(COMMAND) as session:
        staff.deactivate(session, session.actor, staff=former.public_id)
    for act in (_deactivate, _demote):
        with pytest.raises(Conflict) as refusal, work.write(COMMAND) as session:
            act(session, only)
        assert refusal.value.rule == "last_admin"


def test_two_administrators_who_remove_each_other_at_once_leave_one(work: Work) -> None:
    both = [_add(work, "admin", "admin"), _add(work, "admin2", "admin")]
    ready = Barrier(2)

    def remove(other: Staff) -> str:
        ready.wait()
        try:
            with work.write(COMMAND) as session:
                _demote(session, other)
        except Fault as refusal:
            return refusal.rule
        return "done"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(remove, both)) == ["done", "last_admin"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_refused_field_is_named(work: Work) -> None:
    good: dict[str, Any] = {
        "username": "clerk",
        "name": "陈晓兰",
        "section": "律师工作处",
        "roles": ["clerk"],
        "password": PASSWORD,
    }
    for field, value, rule in [
        ("username", "", "username"),
        ("username", "张三", "username"),
        ("username", "9lives", "username"),
        ("username", "a" * 33, "username"),
        ("username", "a b", "username"),
        ("name", "  ", "name"),
        ("name", "王" * 61, "name"),
        ("name", "王\0芳", "name"),
        ("section", "", "name"),
        ("section", "一处\n二处", "name"),
        ("roles", [], "required"),
        ("roles", ["mayor"], "unknown_role"),
        ("password", "short", "length"),
    ]:
        with pytest.raises(Invalid) as refusal, work.write(COMMAND) as session:
            staff.add_staff(session, session.actor, **(good | {field: value}))
        assert [(fault.path, fault.rule) for fault in refusal.value.fields][:1] == [(field, rule)]


def test_a_username_is_never_given_twice(work: Work) -> None:
    """The audit book would no longer say whom it means."""
    person = _add(work, "clerk", "clerk")
    with work.write(COMMAND) as session:
        staff.deactivate(session, session.actor, staff=person.public_id)
    with pytest.raises(Conflict):
        _add(work, " Clerk", "clerk")


def test_every_act_of_administration_asks_for_the_permission(work: Work) -> None:
    person = _add(work, "clerk", "clerk")
    clerk = person.actor([])
    for act in (
        lambda session: staff.add_staff(
            session, clerk, username="x", name="x", section="x", roles=["admin"], password=PASSWORD
        ),
        lambda session: staff.change_staff(
            session, clerk, staff=person.public_id, name="x", section="x", roles=["admin"]
        ),
        lambda session: staff.deactivate(session, clerk, staff=person.public_id),
        lambda session: staff.reinstate(session, clerk, staff=person.public_id),
        lambda session: staff.reset_password(session, clerk, staff=person.public_id),
        lambda session: staff.unlock(session, clerk, staff=person.public_id),
    ):
        with pytest.raises(Refused), work.write(clerk) as session:
            act(session)


def test_nobody_is_found_under_an_unknown_id(work: Work, sign_in: Callable[..., Person]) -> None:
    assert sign_in("admin").get("/staff/people/aaaaaaaaaaaaaaaa").status_code == 404
    with pytest.raises(NotFound), work.write(COMMAND) as session:
        staff.deactivate(session, session.actor, staff="aaaaaaaaaaaaaaaa")


def test_the_banner_shows_while_demo_accounts_can_sign_in(work: Work, sign_in: Callable[..., Person]) -> None:
    admin = sign_in("admin")
    assert "演示环境" not in admin.get("/staff").text
    with work.write(COMMAND) as session:
        demo = staff.add_staff(
            session,
            session.actor,
            username="clerk",
            name="陈晓兰",
            section="律师工作处",
            roles=["clerk"],
            password="demo-city-2026",
            demo=True,
        )
    assert "演示环境" in admin.get("/staff").text
    assert "演示环境" in admin.get("/staff/people/aaaaaaaaaaaaaaaa").text
    assert "演示环境" in admin.client.application.test_client().get("/staff/login").text
    with work.write(COMMAND) as session:
        staff.deactivate(session, session.actor, staff=demo.public_id)
    assert "演示环境" not in admin.get("/staff").text


def test_a_role_holds_the_permissions_that_name_it(host: Host) -> None:
    """Administration, audit and the business of publication are in different hands."""
    held = {role: permissions_of([role], host.permissions) for role in ALL}
    assert all(staff.SELF in names for names in held.values())
    assert {role for role, names in held.items() if staff.ADMINISTER in names} == {"admin"}
    assert {role for role, names in held.items() if audit.READ in names} == {"auditor"}
    assert "credit.record" not in held["admin"] | held["auditor"]
    assert permissions_of(["clerk", "head"], host.permissions) == held["clerk"] | held["head"]
    named = {role for permission in host.permissions for role in permission.roles}
    assert named <= set(ALL)


def test_every_permission_that_a_view_asks_for_is_held_by_some_role_or_scope(app: Flask, host: Host) -> None:
    known = {permission.name for permission in host.permissions} | set(host.scopes) | {"public"}
    assert set(_asked(app)) <= known


def _asked(app: Flask) -> Iterator[str]:
    for view in app.view_functions.values():
        methods = (
            [getattr(view.view_class, name, None) for name in ("get", "post")]
            if hasattr(view, "view_class")
            else []
        )
        for declared in [view, *methods]:
            if access := getattr(declared, "access", None):
                yield access


def _add(work: Work, username: str, *roles: str) -> Staff:
    with work.write(COMMAND) as session:
        return staff.add_staff(
            session,
            session.actor,
            username=username,
            name=f"测试{username}",
            section="律师工作处",
            roles=roles,
            password=PASSWORD,
        )


def _deactivate(session: WorkSession, person: Staff) -> None:
    staff.deactivate(session, session.actor, staff=person.public_id)


def _demote(session: WorkSession, person: Staff) -> None:
    staff.change_staff(
        session,
        session.actor,
        staff=person.public_id,
        name=person.name,
        section=person.section,
        roles=["clerk"],
    )


def _form(browser: FlaskClient, **fields: str) -> dict[str, str]:
    path = "/staff/login" if "username" in fields else "/staff/password"
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found
    return {"csrf_token": found[1], **fields}
