"""API clients: a token is shown once, opens what its scopes name, and ends when it is revoked."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from registry.accounts import clients
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused, Unidentified
from registry.kernel.work import Work
from tests.commands import Commands
from tests.people import Person

COMMAND = Actor.command("tests")


def test_an_administrator_gives_out_a_token_and_takes_it_back(
    sign_in: Callable[..., Person], client: FlaskClient, work: Work
) -> None:
    admin = sign_in("admin")
    assert "还没有接口客户端" in admin.get("/staff/clients").text
    page = admin.post("/staff/clients", name="市信用平台归集程序", scopes=["feed:read"])
    found = re.search(r'id="token">(lc_([a-z2-7]{16})_[0-9a-f]{64})<', page.text)
    assert found
    token, public_id = found[1], found[2]
    assert page.headers["Cache-Control"] == "no-store"
    assert token not in admin.get("/staff/clients").text

    assert _read(client, token).status_code == 200
    assert admin.post(f"/staff/clients/{public_id}/revoke").status_code == 303
    revoked = _read(client, token)
    assert (revoked.status_code, revoked.json["rule"]) == (401, "token")
    assert revoked.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert admin.post(f"/staff/clients/{public_id}/revoke").status_code == 409
    with work.read() as session:
        assert [(one.name, one.revoked_at is None) for one in clients.everyone(session)] == [
            ("市信用平台归集程序", False)
        ]


def test_a_token_opens_only_what_its_scopes_name(client: FlaskClient, work: Work) -> None:
    receipts = _token(work, "feed:receipt")
    refused = _read(client, receipts)
    assert (refused.status_code, refused.json["rule"]) == (403, "permission")
    assert client.get("/staff/people", headers={"Authorization": f"Bearer {receipts}"}).status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_is_not_a_token_of_ours_is_refused(client: FlaskClient, work: Work) -> None:
    token = _token(work, "feed:read")
    other = _token(work, "feed:read")
    for wrong in (
        "",
        "lc_",
        token[:-1],
        token + "0",
        token.upper(),
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        token[:20] + other[20:],
        "lc_" + "a" * 16 + "_" + "0" * 64,
    ):
        assert _read(client, wrong).status_code == 401, wrong
    assert client.get("/feed/v1/entries?start=0&limit=10").status_code == 401
    assert (
        client.get("/feed/v1/entries?start=0&limit=10", headers={"Authorization": "Basic eDp5"}).status_code
        == 401
    )


def test_the_database_cannot_tell_a_token(work: Work) -> None:
    token = _token(work, "feed:read")
    secret = token.rpartition("_")[2]
    with work.read() as session:
        kept = session.execute(text("SELECT * FROM reg_clients")).all()
    assert secret not in repr(kept)


def test_a_token_needs_no_form_token_and_a_session_does(
    client: FlaskClient, work: Work, sign_in: Callable[..., Person]
) -> None:
    """A header cannot be set by a foreign page; a cookie is sent by the browser whoever asks."""
    bearer = {"Authorization": f"Bearer {_token(work, 'feed:receipt')}"}
    sent = client.post("/feed/v1/receipts", json={"items": []}, headers=bearer)
    assert sent.status_code not in (400, 401, 403)
    assert sign_in("admin").client.post("/staff/clients", data={"name": "x"}).status_code == 400


def test_what_cannot_be_a_client_is_refused(sign_in: Callable[..., Person], work: Work) -> None:
    admin = sign_in("admin")
    for name, scopes, told in [
        ("", ["feed:read"], "请填写名称"),
        ("程\x1f序", ["feed:read"], "请填写名称"),
        ("程序", [], "请至少选择一个权限范围"),
        ("程序", ["feed:write"], "没有这个权限范围：feed:write"),
    ]:
        answer = admin.post("/staff/clients", name=name, scopes=scopes)
        assert answer.status_code == 422
        assert told in answer.text
    with work.write(COMMAND) as session:
        _, _ = clients.add_client(session, session.actor, name="程序", scopes=["feed:read"])
    assert admin.post("/staff/clients", name="程序", scopes=["feed:read"]).status_code == 409
    nobody = Actor("staff", "x", "x")
    for fault, act in [
        (Refused, lambda session: clients.add_client(session, nobody, name="x", scopes=["feed:read"])),
        (Refused, lambda session: clients.revoke(session, nobody, client="x")),
        (NotFound, lambda session: clients.revoke(session, COMMAND, client="x")),
        (Invalid, lambda session: clients.add_client(session, COMMAND, name="x", scopes=["Not A Scope"])),
        (Unidentified, lambda session: clients.bearer(session, "x")),
    ]:
        with pytest.raises(fault), work.write(COMMAND) as session:
            act(session)
    with work.read() as session:
        assert len(clients.everyone(session)) == 1


def test_a_revoked_name_may_be_used_again(work: Work) -> None:
    first = _token(work, "feed:read", name="程序")
    with work.write(COMMAND) as session:
        clients.revoke(session, session.actor, client=first.split("_")[1])
    assert _token(work, "feed:read", name="程序") != first
    with pytest.raises(Conflict), work.write(COMMAND) as session:
        clients.revoke(session, session.actor, client=first.split("_")[1])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_line_prints_the_token_last(legalcredit: Commands, work: Work) -> None:
    added = legalcredit("clients", "add", "市信用平台", "--scope", "feed:read", "--scope", "feed:restricted")
    assert added.returncode == 0, added.stderr
    token = added.stdout.splitlines()[-1]
    with work.read() as session:
        actor = clients.bearer(session, token)
    assert (actor.kind, actor.name) == ("client", "市信用平台")
    assert actor.may("feed:read")
    assert not actor.may("feed:receipt")

    listed = legalcredit("clients", "add", "对账程序", "--scope", "feed:read", "feed:receipt")
    with work.read() as session:
        reader = clients.bearer(session, listed.stdout.splitlines()[-1])
    assert reader.may("feed:read")
    assert reader.may("feed:receipt")

    refused = legalcredit("clients", "add", "另一程序", "--scope", "feed:everything")
    assert refused.returncode == 1
    assert '"error": "unknown_scope"' in refused.stderr.splitlines()[-1]
    public_id = token.split("_")[1]
    assert (
        f"{public_id}\t有效\tfeed:read feed:restricted\t市信用平台" in legalcredit("clients", "list").stdout
    )
    assert legalcredit("clients", "revoke", public_id).returncode == 0
    with work.read() as session, pytest.raises(Unidentified):
        clients.bearer(session, token)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_first_administrator_comes_from_the_command_line(
    legalcredit: Commands, client: FlaskClient
) -> None:
    who = ["--name", "孙明远", "--section", "信息中心", "--role", "admin"]
    added = legalcredit("staff", "add", "sun.mingyuan", *who)
    assert added.returncode == 0, added.stderr
    again = legalcredit("staff", "reset-password", "sun.mingyuan")
    first, second = added.stdout.splitlines()[-1], again.stdout.splitlines()[-1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/staff/login").text)
    assert token
    for password, status in ((first, 422), (second, 303)):
        fields = {"csrf_token": token[1], "username": "sun.mingyuan", "password": password}
        assert client.post("/staff/login", data=fields).status_code == status


def _token(work: Work, *scopes: str, name: str | None = None) -> str:
    with work.write(COMMAND) as session:
        return clients.add_client(session, session.actor, name=name or session.new_id(), scopes=scopes)[1]


def _read(client: FlaskClient, token: str) -> Any:
    return client.get("/feed/v1/entries?start=0&limit=10", headers={"Authorization": f"Bearer {token}"})
