"""A decision touches somebody else's secrets: they are asked, they answer or keep silent, the office decides.

政府信息公开条例第十五条、第三十二条; 第三十三条 takes the time of asking out of the clocks of requests alone.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from publicity.release.consultation.rules import So, open_
from publicity.release.tables import Release
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.store import Base
from tests.papers import pages
from tests.people import Person
from tests.publicity import office

Hire = Callable[..., Person]
DAY, AFTER = date(2026, 12, 11), date(2026, 12, 14)
SECRET = {
    "concern": "secret",
    "name": "上海某某医药公司",
    "address": "上海市徐汇区天平路1号",
    "about": "报价单所列单价",
}


@pytest.mark.parametrize(
    ("so", "today", "waits"),
    [
        (So(None, None, None, told=False), DAY, "delivery"),
        (So(DAY, None, None, told=False), DAY, "answer"),
        # 逾期未提出意见的，由行政机关决定: silence decides nothing.
        (So(DAY, None, None, told=False), AFTER, "decision"),
        (So(DAY, "agrees", None, told=False), DAY, "decision"),
        (So(DAY, "objects", None, told=False), DAY, "decision"),
        (So(DAY, "agrees", "publish", told=False), DAY, "nothing"),
        (So(DAY, None, "publish", told=False), AFTER, "nothing"),
        # 决定予以公开的，将内容和理由书面告知第三方.
        (So(DAY, "objects", "publish", told=False), DAY, "telling"),
        (So(DAY, "objects", "part", told=False), DAY, "telling"),
        (So(DAY, "objects", "publish", told=True), DAY, "nothing"),
        (So(DAY, "objects", "withhold", told=False), DAY, "nothing"),
    ],
)
def test_what_a_consultation_waits_for(so: So, today: date, waits: str) -> None:
    assert open_(so, today) == waits


class Desk:
    """One release under secrecy review, and the two who deal with its third party."""

    def __init__(self, host: Host, sign_in: Hire) -> None:
        self.host = host
        self.release = office.release_of(host.work, office.permit(host.work, office.enrol(host.work)))
        for step, name in office.SIX[:2]:
            office.take(host.work, office.team(host)[name], step, self.release)
        self.here = f"/staff/releases/{self.release}"
        self.secrecy, self.leader = sign_in("secrecy"), sign_in("leader")

    def ask(self, **fields: str) -> TestResponse:
        return self.secrecy.post(
            f"{self.here}/consultations", revision=str(self.row.revision), **{**SECRET, **fields}
        )

    def act(self, person: Person, act: str, **fields: str) -> TestResponse:
        return person.post(f"{self.here}/consultations/{self.asked}/{act}", **fields)

    def review(self) -> int:
        done = self.secrecy.post(f"{self.here}/steps/secrecy_review", revision=str(self.row.revision))
        return done.status_code

    @property
    def asked(self) -> str:
        found = re.search(r"/consultations/(\w{16})/letter.pdf", self.secrecy.get(self.here).text)
        assert found
        return found[1]

    @property
    def row(self) -> Release:
        with self.host.work.read() as session:
            return session.scalars(select(Release).where(Release.public_id == self.release)).one()


@pytest.fixture
def desk(host: Host, sign_in: Hire) -> Desk:
    return Desk(host, sign_in)


def test_an_objection_is_overruled_with_a_reason_that_the_third_party_is_told(desk: Desk) -> None:
    due = desk.row.due_on
    assert desk.ask().status_code == 303
    assert desk.review() == 409, "it waits for the third party"
    letter = "".join(pages(desk.secrecy.get(f"{desk.here}/consultations/{desk.asked}/letter.pdf").data))
    assert "征求第三方意见书" in letter
    assert "15个工作日" in letter
    assert "不视为同意" in letter
    assert SECRET["about"] in letter

    early = desk.act(desk.secrecy, "answer", on="2026-11-20", outcome="objects")
    assert early.status_code == 409, "no answer to a letter that nobody received"
    assert desk.act(desk.secrecy, "receive", on="2026-11-21").status_code == 422, "not tomorrow"
    assert desk.act(desk.secrecy, "receive", on="2026-11-20").status_code == 303
    page = desk.secrecy.get(desk.here).text
    assert "2026-12-11" in page, "fifteen working days from Friday 20 November"
    assert "公开期限照常计算" in page
    assert desk.row.due_on == due
    assert desk.act(desk.leader, "decide", decision="publish", grounds="x").status_code == 409, "too early"
    assert desk.act(desk.secrecy, "answer", on="2026-11-20", outcome="").status_code == 422
    answered = desk.act(desk.secrecy, "answer", on="2026-11-20", outcome="objects", opinion="属于经营秘密")
    assert answered.status_code == 303
    assert desk.act(desk.secrecy, "decide", decision="publish", grounds="x").status_code == 403

    assert "属于经营秘密" in desk.leader.get(desk.here).text
    assert desk.act(desk.leader, "decide", decision="publish", grounds=" ").status_code == 422
    decided = desk.act(desk.leader, "decide", decision="publish", grounds="涉及重大公共利益")
    assert decided.status_code == 303
    assert desk.review() == 409, "not before the third party was told"
    told = "".join(pages(desk.secrecy.get(f"{desk.here}/consultations/{desk.asked}/decision.pdf").data))
    assert "涉及重大公共利益" in told
    assert desk.act(desk.secrecy, "tell", on="2026-11-20").status_code == 303
    assert desk.act(desk.secrecy, "tell", on="2026-11-20").status_code == 409
    assert desk.review() == 303
    approved = desk.leader.post(f"{desk.here}/steps/approve", revision=str(desk.row.revision))
    assert approved.status_code == 303, "deciding on the third party is no step of the release"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_silence_is_no_consent_it_lets_the_office_decide(desk: Desk, clock: SetClock, sign_in: Hire) -> None:
    desk.ask()
    desk.act(desk.secrecy, "receive", on="2026-11-20")
    clock.advance(timedelta(days=21))
    # Three weeks later everybody has signed in again.
    desk.secrecy = sign_in("secrecy", username="secrecy2")
    assert desk.review() == 409, "the last day is the third party's"
    clock.advance(timedelta(days=1))
    desk.secrecy = sign_in("secrecy", username="secrecy3")
    desk.leader = sign_in("leader", username="leader3")
    assert desk.review() == 409
    assert "逾期未答复，不视为同意" in desk.secrecy.get(desk.here).text
    assert desk.row.public_id in desk.leader.get("/staff").text
    assert desk.act(desk.leader, "decide", decision="part", grounds="遮盖单价").status_code == 303
    assert desk.act(desk.secrecy, "answer", on="2026-12-12", outcome="objects").status_code == 409
    nothing = desk.secrecy.get(f"{desk.here}/consultations/{desk.asked}/decision.pdf")
    assert nothing.status_code == 409, "who kept silent is told nothing"
    assert desk.review() == 303


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_who_stands_in_for_both_sides_does_not_ask_and_decide(desk: Desk, sign_in: Hire) -> None:
    """Two are away, and the same head of section stands in for the secrecy review and for the approval."""
    head, boss = sign_in("head", username="head9"), sign_in("leader", username="leader9")
    for absent, step in ((desk.secrecy, "secrecy_review"), (desk.leader, "approve")):
        form = {"absent": absent.id, "delegate": head.id, "agreed_by": boss.id, "steps": [step]}
        days = {"from_on": "2026-11-20", "until_on": "2026-11-26"}
        assert boss.post("/staff/delegations", **form, **days).status_code == 303
    away, desk.secrecy = desk.secrecy, head
    assert desk.ask().status_code == 303
    desk.act(head, "receive", on="2026-11-20")
    assert (
        desk.act(head, "answer", on="2026-11-20", outcome="objects", opinion="属于经营秘密").status_code
        == 303
    )
    alone = desk.act(head, "decide", decision="withhold", grounds="理由成立")
    assert (alone.status_code, "其他步骤" in alone.text) == (403, True)
    both = sign_in("secrecy", "leader", username="both")
    assert desk.act(both, "receive", on="2026-11-20").status_code == 409, "done, and no hand of theirs"
    assert desk.act(both, "decide", decision="publish", grounds="涉及重大公共利益").status_code == 303
    assert desk.act(both, "tell", on="2026-11-20").status_code == 403, "who decided records nothing"
    assert desk.act(away, "tell", on="2026-11-20").status_code == 303


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_was_stood_in_for_had_a_hand_too(desk: Desk, host: Host, sign_in: Hire) -> None:
    both, head = sign_in("secrecy", "leader", username="both"), sign_in("head", username="head9")
    form = {"absent": both.id, "delegate": head.id, "agreed_by": desk.leader.id, "steps": ["secrecy_review"]}
    days = {"from_on": "2026-11-20", "until_on": "2026-11-26"}
    assert desk.leader.post("/staff/delegations", **form, **days).status_code == 303
    desk.secrecy = head
    assert desk.ask().status_code == 303
    desk.act(head, "receive", on="2026-11-20")
    desk.act(head, "answer", on="2026-11-20", outcome="objects", opinion="属于经营秘密")
    assert desk.act(both, "decide", decision="publish", grounds="x").status_code == 403
    assert desk.act(desk.leader, "decide", decision="publish", grounds="x").status_code == 303


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_the_office_withholds_is_never_published_and_its_draft_goes(desk: Desk) -> None:
    desk.ask()
    desk.act(desk.secrecy, "receive", on="2026-11-20")
    desk.act(desk.secrecy, "answer", on="2026-11-20", outcome="objects", opinion="属于经营秘密")
    assert desk.act(desk.leader, "decide", decision="withhold", grounds="理由成立").status_code == 303
    assert (desk.row.state, desk.row.columns) == ("stopped", None)
    assert "征求第三方意见后决定不予公开" in desk.leader.get(desk.here).text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_third_party_is_named_to_those_who_review_or_approve_and_stored_sealed(
    desk: Desk, host: Host, sign_in: Hire
) -> None:
    refused = desk.ask(name="", concern="gossip")
    assert refused.status_code == 422
    assert "请选择涉及什么" in refused.text
    assert SECRET["about"] in refused.text, "the form comes back filled in"
    desk.ask()
    head, other = sign_in("head"), sign_in("clerk")
    for person in (head, other):
        page = person.get(desk.here).text
        assert "待送达" in page
        assert SECRET["name"] not in page
        assert person.get(f"{desk.here}/consultations/{desk.asked}/letter.pdf").status_code == 403
        assert desk.act(person, "receive", on="2026-11-20").status_code == 403
    tables = [
        table for table in Base.metadata.sorted_tables if table.name.startswith(("pub_", "reg_ledger_"))
    ]
    with host.engine.connect() as connection:
        stored = str([[tuple(row) for row in connection.execute(table.select())] for table in tables])
    assert not any(SECRET[field] in stored for field in ("name", "address", "about"))
