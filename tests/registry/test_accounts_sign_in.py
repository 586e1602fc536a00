"""Signing in: who gets in, who is kept out, for how long, and what is written about it."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from registry.accounts import audit, lockout, passwords, staff
from registry.accounts.sign_in import LockedOut, NotAccepted, authenticate
from registry.accounts.staff import Staff
from registry.accounts.tables import SignInFailureRow
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.work import Work
from tests.people import PASSWORD, Person

HERE = "192.0.2.7"


@pytest.fixture
def clerk(work: Work) -> Staff:
    return _add(work, "clerk", "clerk")


def test_a_clerk_signs_in_and_out(app: Flask, clerk: Staff) -> None:
    """The session opens the home page; after signing out even a copy of its cookie opens nothing."""
    browser = app.test_client()
    entered = _enter(browser, "clerk", PASSWORD)
    assert (entered.status_code, entered.location) == (303, "/staff")
    copied = browser.get_cookie("legalcredit")
    assert "测试clerk，您好" in browser.get("/staff").text

    left = browser.post("/staff/logout", data={"csrf_token": _token(browser, "/staff/password")})
    assert (left.status_code, left.location) == (303, "/staff/login")
    assert browser.get("/staff").status_code == 303
    thief = app.test_client()
    assert copied is not None
    thief.set_cookie("legalcredit", copied.value)
    assert thief.get("/staff").status_code == 303


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient, clerk: Staff) -> None:
    cookie = _enter(client, "clerk", PASSWORD).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie


def test_signing_in_begins_a_fresh_session(client: FlaskClient, clerk: Staff) -> None:
    """What the browser brought along, such as a token planted before, is worth nothing afterwards."""
    planted = _token(client, "/staff/login")
    _enter(client, "clerk", PASSWORD)
    assert client.post("/staff/logout", data={"csrf_token": planted}).status_code == 400
    assert client.get("/staff").status_code == 200


def test_a_session_ends_after_a_working_day(client: FlaskClient, clerk: Staff, clock: SetClock) -> None:
    _enter(client, "clerk", PASSWORD)
    clock.advance(timedelta(hours=11, minutes=59))
    assert client.get("/staff").status_code == 200
    clock.advance(timedelta(minutes=1))
    assert client.get("/staff").status_code == 303


def test_after_signing_in_only_own_paths_are_followed(client: FlaskClient, clerk: Staff) -> None:
    """Browsers take a second slash, a backslash or a tab for the start of another host."""
    assert _enter(client, "clerk", PASSWORD, next="/staff/password").location == "/staff/password"
    for asked, led in [
        ("/search?q=张", "/search?q=%E5%BC%A0"),
        ("/staff/password?", "/staff/password"),
        ("//evil.example/", "/staff"),
        ("/\\evil.example/", "/staff"),
        ("/\t/evil.example/", "/staff"),
        ("https://evil.example/", "/staff"),
        ("javascript:alert(1)", "/staff"),
        ("staff/password", "/staff"),
        ("/staff/login", "/staff"),
        ("", "/staff"),
    ]:
        assert client.get("/staff/login", query_string={"next": asked}).location == led


def test_a_page_that_needs_signing_in_is_reached_afterwards(client: FlaskClient, clerk: Staff) -> None:
    sent = client.get("/staff/password?from=home")
    assert (sent.status_code, sent.location) == (303, "/staff/login?next=/staff/password?from%3Dhome")
    form = client.get(sent.location).text
    assert 'name="next" value="/staff/password?from=home"' in form


def test_a_form_sent_after_the_session_ended_gives_back_what_was_typed(
    client: FlaskClient, clerk: Staff
) -> None:
    _enter(client, "clerk", PASSWORD)
    client.delete_cookie("legalcredit")
    sent = client.post(
        "/staff/complaints",
        data={
            "facts": "当事人来电反映律师收费没有开票",
            "password": "not to be shown again",
            "channel": "12348",
        },
        headers={"Referer": "http://localhost/staff/complaints/new"},
    )
    assert sent.status_code == 401
    assert "登录已到期，刚才的内容没有提交" in sent.text
    assert ">当事人来电反映律师收费没有开票</textarea>" in sent.text
    assert "not to be shown again" not in sent.text
    assert 'href="/staff/login?next=/staff/complaints/new"' in sent.text
    assert sent.headers["Cache-Control"] == "no-store"


def test_it_is_not_told_whether_the_name_exists(client: FlaskClient, clerk: Staff, work: Work) -> None:
    _add(work, "former", "clerk")
    with work.write(Actor.command("tests")) as session:
        former = staff.by_username(session, "former")
        assert former is not None
        staff.deactivate(session, session.actor, staff=former.public_id)
    pages = set()
    for name in ("clerk", "nobody", "former", "", "x" * 5000, "clerk\x1f"):
        answer = _enter(client, name, "not the password")
        assert answer.status_code == 422
        pages.add(re.sub(r' value="[^"]*"', "", answer.text))
    assert len(pages) == 1


def test_five_failures_lock_the_name_for_a_quarter_of_an_hour(
    client: FlaskClient, clerk: Staff, clock: SetClock
) -> None:
    for _ in range(lockout.PER_NAME):
        assert _enter(client, "clerk", "not the password").status_code == 422
        clock.advance(timedelta(minutes=1))
    shut = _enter(client, "clerk", PASSWORD)
    assert shut.status_code == 429
    assert shut.headers["Retry-After"] == str(10 * 60)
    assert "请 10 分钟后再试" in shut.text

    clock.advance(timedelta(minutes=9, seconds=59))
    assert _enter(client, " Clerk ", PASSWORD).status_code == 429
    clock.advance(timedelta(seconds=1))
    assert _enter(client, " Clerk ", PASSWORD).status_code == 303


def test_tries_while_locked_do_not_prolong_the_lock(work: Work, clerk: Staff, clock: SetClock) -> None:
    _failures(work, "clerk", lockout.PER_NAME)
    for _ in range(14):
        clock.advance(timedelta(minutes=1))
        with pytest.raises(LockedOut):
            authenticate(work, username="clerk", password=PASSWORD, address=HERE)
    clock.advance(timedelta(minutes=1))
    assert authenticate(work, username="clerk", password=PASSWORD, address=HERE).username == "clerk"


def test_an_unknown_name_locks_just_the_same(work: Work) -> None:
    _failures(work, "nobody", lockout.PER_NAME - 1)
    _fail(work, "nobody")
    with pytest.raises(LockedOut):
        authenticate(work, username="nobody", password="whatever it is", address=HERE)


def test_success_forgets_the_failures_of_the_name(work: Work, clerk: Staff) -> None:
    for _ in range(2):
        _failures(work, "clerk", lockout.PER_NAME - 1)
        authenticate(work, username="clerk", password=PASSWORD, address=HERE)


def test_one_address_cannot_try_every_name(work: Work, clerk: Staff) -> None:
    """A coarser bound holds per address, and does not shut out the same person elsewhere."""
    for number in range(lockout.PER_ADDRESS):
        _failures(work, f"guess{number}", 1)
    with pytest.raises(LockedOut):
        authenticate(work, username="clerk", password=PASSWORD, address=HERE)
    assert authenticate(work, username="clerk", password=PASSWORD, address="198.51.100.4").username == "clerk"


def test_guesses_made_at_the_same_moment_count_one_by_one(work: Work, clerk: Staff) -> None:
    def guess(number: int) -> type[Exception]:
        try:
            authenticate(work, username="clerk", password=f"guess number {number}", address=HERE)
        except (NotAccepted, LockedOut) as refusal:
            return type(refusal)
        raise AssertionError

    with ThreadPoolExecutor(5) as threads:
        outcomes = list(threads.map(guess, range(9)))
    assert outcomes.count(NotAccepted) == lockout.PER_NAME
    assert outcomes.count(LockedOut) == 9 - lockout.PER_NAME


def test_an_administrator_unlocks_or_resets(sign_in: Callable[..., Person], work: Work, clerk: Staff) -> None:
    admin = sign_in("admin")
    _failures(work, "clerk", lockout.PER_NAME)
    assert "锁定" in admin.get("/staff/people").text
    assert admin.post(f"/staff/people/{clerk.public_id}/unlock").status_code == 303
    assert authenticate(work, username="clerk", password=PASSWORD, address=HERE).username == "clerk"

    _failures(work, "clerk", lockout.PER_NAME)
    page = admin.post(f"/staff/people/{clerk.public_id}/reset-password").text
    given = re.search(r'id="first-password">([^<]+)<', page)
    assert given
    assert authenticate(work, username="clerk", password=given[1], address=HERE).must_change


def test_every_try_is_in_the_audit_book_and_typed_secrets_are_not(
    work: Work, clerk: Staff, clock: SetClock
) -> None:
    """People type their password into the name field; it must stand in no table in any form that can be read."""
    authenticate(work, username="clerk", password=PASSWORD, address=HERE)
    _fail(work, "my-secret-password")
    for _ in range(lockout.PER_NAME):
        _fail(work, "clerk")
    with work.read() as session:
        entries = audit.find(session, limit=20)
        keys = session.scalars(select(SignInFailureRow.name_key)).all()
    told = [(entry.verb, entry.record, entry.actor_kind, entry.actor_id) for entry in reversed(entries)]
    unknown = ("anonymous", "anonymous")
    assert told == [
        ("staff.add", clerk.public_id, "command", "tests"),
        ("staff.sign_in", clerk.public_id, "staff", clerk.public_id),
        ("staff.sign_in_failed", "anonymous", *unknown),
        *[("staff.sign_in_failed", clerk.public_id, *unknown)] * 5,
        ("staff.lock_out", clerk.public_id, *unknown),
    ]
    assert "my-secret-password" not in json.dumps([entry.detail for entry in entries])
    assert all(re.fullmatch(r"[0-9a-f]{64}", key) for key in keys)

    clock.advance(timedelta(minutes=20))
    _fail(work, "somebody else")
    with work.read() as session:
        assert len(session.scalars(select(SignInFailureRow.id)).all()) == 1


def test_a_flood_of_sign_ins_is_turned_away(client: FlaskClient, work: Work) -> None:
    """Sixty a minute from one address reach the database, where they are locked out; the rest does not."""
    _failures(work, "clerk", lockout.PER_NAME)
    fields = {"username": "clerk", "password": "x", "csrf_token": _token(client, "/staff/login")}
    for _ in range(60):
        assert "登录失败次数过多" in client.post("/staff/login", data=fields).text
    flooded = client.post("/staff/login", data=fields)
    assert flooded.status_code == 429
    assert "请求过于频繁" in flooded.text


def test_hashing_many_passwords_at_once_keeps_to_its_memory() -> None:
    """Four sign-ins at once hold two times 64 MiB, not four times."""
    program = """
import resource
from concurrent.futures import ThreadPoolExecutor
from registry.accounts import passwords
passwords.matches(None, "warm up")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with ThreadPoolExecutor(4) as threads:
    list(threads.map(lambda guess: passwords.matches(None, str(guess)), range(8)))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    grown = int(run.stdout) / (1024 * 1024 if sys.platform == "darwin" else 1024)
    assert grown < 100


def test_whoever_finds_no_place_to_hash_is_told_to_try_again() -> None:
    with passwords.place(), passwords.place(), pytest.raises(passwords.Busy), passwords.place(patience=0):
        pass
    assert passwords.matches(None, "a place is free again") is False


def _add(work: Work, username: str, *roles: str) -> Staff:
    with work.write(Actor.command("tests")) as session:
        return staff.add_staff(
            session,
            session.actor,
            username=username,
            name=f"测试{username}",
            section="律师工作处",
            roles=roles,
            password=PASSWORD,
        )


def _fail(work: Work, username: str) -> None:
    with pytest.raises(NotAccepted):
        authenticate(work, username=username, password="not the password", address=HERE)


def _failures(work: Work, username: str, number: int) -> None:
    """What `number` wrong passwords leave behind, without the time it takes to compute their hashes."""
    with work.write(Actor.command("tests")) as session:
        for _ in range(number):
            lockout.failed(session, username, HERE)
        session.act("staff.sign_in_failed", "anonymous")


def _token(browser: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found
    return found[1]


def _enter(browser: FlaskClient, username: str, password: str, **more: str) -> TestResponse:
    token = _token(browser, "/staff/login")
    fields = {"csrf_token": token, "username": username, "password": password, **more}
    return browser.post("/staff/login", data=fields)
