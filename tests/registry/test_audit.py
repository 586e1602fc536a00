"""The audit book: one leaf for every act, in the transaction of the act; and its page for the auditor."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from registry.accounts import audit, clients, staff
from registry.accounts.tables import ClientRow
from registry.kernel.access import ANONYMOUS, Actor
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.work import UnrecordedWrite, Work
from registry.ledger import book
from registry.ledger.verify import verify
from tests.people import Person

COMMAND = Actor.command("tests")
TODAY = date(2026, 11, 20)


def test_an_act_and_its_leaf_are_written_together(work: Work) -> None:
    with work.write(COMMAND) as session:
        client, _ = clients.add_client(session, session.actor, name="程序", scopes=["feed:read"])
        clients.revoke(session, session.actor, client=client.public_id)
    with work.read() as session:
        first, second = book.read(session, "audit", start=0, limit=10, on=session.today)
        verified = verify(session, "audit")
    assert (first.action, first.record, first.version) == ("client.add", client.public_id, 1)
    assert (second.action, second.record, second.version) == ("client.revoke", client.public_id, 1)
    assert first.body is not None
    assert json.loads(first.body) == {
        "actor": {"id": "tests", "kind": "command"},
        "detail": {"name": "程序", "scopes": ["feed:read"]},
    }
    assert verified == []


class PowerCut(Exception):
    pass


def test_an_act_that_fails_leaves_neither_row_nor_leaf(work: Work) -> None:
    def fail() -> None:
        with work.write(COMMAND) as session:
            clients.add_client(session, session.actor, name="程序", scopes=["feed:read"])
            raise PowerCut

    with pytest.raises(PowerCut):
        fail()
    _nothing_is_written(work)


def test_an_act_whose_leaf_cannot_be_written_is_undone(work: Work) -> None:
    """A detail that has no canonical form is refused at the very end, and takes the act with it."""

    def weigh() -> None:
        with work.write(COMMAND) as session:
            clients.add_client(session, session.actor, name="程序", scopes=["feed:read"])
            session.act("client.weigh", "x", kilograms=0.5)

    with pytest.raises(ValueError, match="no canonical form"):
        weigh()
    _nothing_is_written(work)


def test_a_write_that_names_no_act_is_undone(work: Work) -> None:
    def hide() -> None:
        with work.write(COMMAND) as session:
            clients.add_client(session, session.actor, name="程序", scopes=["feed:read"])
            session.acts.clear()

    with pytest.raises(UnrecordedWrite):
        hide()
    _nothing_is_written(work)


def test_every_form_of_administration_leaves_its_leaf(sign_in: Callable[..., Person], work: Work) -> None:
    admin, clerk = sign_in("admin"), sign_in("clerk")
    person = f"/staff/people/{clerk.id}"
    for path, fields, verb in [
        (
            "/staff/people",
            {"username": "new", "name": "新", "section": "处", "roles": ["clerk"]},
            "staff.add",
        ),
        (person, {"name": "新名", "section": "新处", "roles": ["clerk", "draw"]}, "staff.change"),
        (f"{person}/reset-password", {}, "staff.reset_password"),
        (f"{person}/unlock", {}, "staff.unlock"),
        (f"{person}/deactivate", {}, "staff.deactivate"),
        (f"{person}/reinstate", {}, "staff.reinstate"),
        ("/staff/clients", {"name": "程序", "scopes": ["feed:read"]}, "client.add"),
        ("/staff/logout", {}, "staff.sign_out"),
    ]:
        with work.read() as session:
            before = audit.size(session)
        assert admin.post(path, **fields).status_code in (200, 303)
        with work.read() as session:
            newest = audit.find(session, limit=1)[0]
            assert audit.size(session) == before + 1
        assert (newest.verb, newest.actor_kind, newest.actor_id) == (verb, "staff", admin.id)
    with work.read() as session:
        changed = audit.find(session, verb="staff.change", limit=1)[0]
    assert changed.detail == {
        "name": "新名",
        "section": "新处",
        "roles_before": ["clerk"],
        "roles": ["clerk", "draw"],
    }


def test_acts_are_found_by_actor_verb_record_and_day(work: Work, clock: SetClock) -> None:
    """Days are the office's: what happens at one in the morning in Shanghai is still yesterday in UTC."""
    for number in range(3):
        with work.write(Actor.job("expire") if number else COMMAND) as session:
            session.act("notice.expire" if number else "roster.enrol", f"record{number}", number=number)
        clock.advance(timedelta(hours=15))

    def found(**asked: Any) -> list[str]:
        with work.read() as session:
            return [entry.record for entry in audit.find(session, limit=10, **asked)]

    assert found() == ["record2", "record1", "record0"]
    assert found(actor_id="expire") == ["record2", "record1"]
    assert found(actor_id="exp") == []
    assert found(verb="roster.enrol") == ["record0"]
    assert found(record="record1") == ["record1"]
    assert found(day=TODAY) == ["record0"]
    assert found(day=TODAY + timedelta(days=1)) == ["record2", "record1"]
    assert found(day=TODAY + timedelta(days=2)) == []
    assert found(before=2) == ["record1", "record0"]
    assert found(verb="notice.expire", before=2, day=TODAY + timedelta(days=1), actor_id="expire") == [
        "record1"
    ]


def test_the_auditor_reads_page_by_page_newest_first(sign_in: Callable[..., Person], work: Work) -> None:
    auditor = sign_in("auditor")
    with work.write(Actor.job("expire")) as session:
        for number in range(60):
            session.act("client.revoke", f"record{number:02}")
    first = auditor.get("/staff/audit?verb=client.revoke").text
    assert "record59" in first
    assert "record10" in first
    assert "record09" not in first
    assert "定时任务 expire" in first
    assert "撤销接口客户端" in first
    assert "本页 50 条，全部 62 条" in first
    older = auditor.get("/staff/audit?verb=client.revoke&before=12").text
    assert "record09" in older
    assert "record10" not in older
    assert "回到首页" in older
    assert "更早的记录" not in older


def test_the_auditor_sees_who_did_what(sign_in: Callable[..., Person], work: Work) -> None:
    admin, auditor = sign_in("admin"), sign_in("auditor")
    admin.post("/staff/clients", name="<b>程序</b>", scopes=["feed:read"])
    page = auditor.get(f"/staff/audit?actor={admin.id}&day=2026-11-20").text
    assert "测试admin" in page
    assert "添加接口客户端" in page
    assert "&lt;b&gt;程序&lt;/b&gt;" in page
    assert "测试auditor</td>" not in page
    assert "没有符合条件的记录" in auditor.get("/staff/audit?day=2020-01-01").text
    refused = auditor.get("/staff/audit?day=20.11.2026")
    assert refused.status_code == 422
    assert "日期应为 2026-11-20 这样的格式" in refused.text


def test_a_purged_body_leaves_the_leaf(sign_in: Callable[..., Person], work: Work) -> None:
    auditor = sign_in("auditor")
    with work.write(COMMAND) as session:
        session.act("client.revoke", "record1", name="要清除的内容")
    with work.write(COMMAND) as session:
        assert book.purge(session, "audit", "record1", before_version=2) == 1
        session.act("audit.purge", "audit")
    page = auditor.get("/staff/audit?record=record1").text
    assert "内容已按期清除" in page
    assert "要清除的内容" not in page


def test_only_the_auditor_reads_the_book(sign_in: Callable[..., Person], host: Host) -> None:
    assert sign_in("admin").get("/staff/audit").status_code == 403
    assert not ANONYMOUS.may(audit.READ)
    assert [p.roles for p in host.permissions if p.name == audit.READ] == [frozenset({"auditor"})]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_verb_has_a_name_that_the_auditor_can_read(host: Host) -> None:
    root = Path(audit.__file__).parents[2]
    sources = [
        path for package in ("registry", "inspection", "publicity") for path in (root / package).rglob("*.py")
    ]
    verbs = {verb for path in sources for verb in re.findall(r'\.act\(\s*"([a-z_.]+)"', path.read_text())}
    assert len(verbs) > 20
    assert verbs - set(host.acts) == set()


def _nothing_is_written(work: Work) -> None:
    with work.read() as session:
        assert session.scalar(select(func.count()).select_from(ClientRow)) == 0
        assert audit.size(session) == 0
        assert staff.everybody(session) == []
