"""What the public sees of a notice while it is current, and what is left when it has ended."""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from publicity.notices import content, end, publish
from publicity.notices.tables import Notice
from publicity.release import allowed
from publicity.release.tables import Release
from registry.credit import record as credit
from registry.credit.columns import PUBLIC
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.faults import Gone, Invalid, NotFound, Refused
from registry.kernel.host import Host
from registry.ledger import book, verify
from registry.ledger.merkle import includes
from registry.ledger.tables import BodyRow
from tests.people import Person
from tests.publicity import office
from tests.publicity.conftest import Bearer

LAST_DAY = date(2027, 11, 12)
"""A 一般 penalty of 12 November 2026 is public for a year at most (国家发展改革委令第36号)."""


@pytest.fixture
def leader(host: Host) -> Actor:
    return office.person(host.permissions, "leader")


@pytest.fixture
def penalty(host: Host) -> str:
    """A published penalty of the firm, to be public until LAST_DAY."""
    return office.publicise(host, office.penalty(host.work, office.enrol(host.work)))


def test_the_notice_stands_on_its_page_in_json_on_the_firms_page_and_in_the_list(
    client: FlaskClient, penalty: str
) -> None:
    page = client.get(f"/notices/{penalty}")
    assert page.status_code == 200
    for text in (
        "上海明理律师事务所",
        "沪司罚决字〔2026〕第7号",
        "罚款二万元",
        "2 万元",
        "2027-11-12",
        "异议",
    ):
        assert (text in page.text) is (text != "异议"), text
    document = client.get(f"/notices/{penalty}.json").get_json()
    assert document["record"]["columns"]["CF_WSH"] == "沪司罚决字〔2026〕第7号"
    assert document["record"]["columns"]["CF_GSJZQ"] == "2027-11-12"
    assert document["record"]["subject"]["uscc"] == office.FIRM_CODE
    assert (document["record"]["kind"], document["record"]["until"]) == ("penalty", "2027-11-12")
    [found] = client.get("/search.json?q=明理").get_json()["results"]
    assert f"/notices/{penalty}" in client.get(found["url"]).text
    firm = client.get(found["url"] + ".json").get_json()
    assert [notice["id"] for notice in firm["notices"]] == [penalty]
    assert [notice["id"] for notice in client.get("/notices.json?kind=penalty").get_json()["results"]] == [
        penalty
    ]
    assert client.get("/notices.json?kind=permit").get_json()["results"] == []
    assert f"/notices/{penalty}" in client.get("/notices?kind=penalty").text
    assert f"/notices/{penalty}" in client.get("/").text


def test_a_citizen_proves_the_notice_against_the_signed_log(
    host: Host, client: FlaskClient, penalty: str
) -> None:
    proof = client.get(f"/notices/{penalty}.json").get_json()["ledger"]
    leaf, body = base64.b64decode(proof["leaf"]), base64.b64decode(proof["body"])
    root = base64.b64decode(proof["checkpoint"].splitlines()[2])
    path = [base64.b64decode(node) for node in proof["inclusion"]]
    assert includes(sha256(b"\0" + leaf).digest(), proof["index"], proof["size"], path, root)
    assert json.loads(leaf)["digest"] == sha256(bytes.fromhex(proof["salt"]) + body).hexdigest()
    assert json.loads(leaf)["record"] == penalty
    assert proof["checkpoint"] == client.get("/log/checkpoint").text
    told = json.dumps(json.loads(leaf), ensure_ascii=False)
    assert not re.search("明理|penalty|CF_|沪司", told), "a leaf says nothing about anybody"


def test_a_lawyers_own_permit_is_on_the_lawyers_page(host: Host, client: FlaskClient) -> None:
    notice = office.publicise(host, office.permit(host.work, office.enrol(host.work)))
    [found] = client.get("/search.json?q=章程").get_json()["results"]
    assert found["kind"] == "practitioner"
    page = client.get(found["url"])
    assert "13106201010123456" in page.text
    assert f"/notices/{notice}" in page.text
    person = client.get(found["url"] + ".json").get_json()
    assert person["licences"][0]["organisation"]["name"] == "上海明理律师事务所"


def test_an_id_that_never_was_is_404_and_says_so_in_both_forms(client: FlaskClient) -> None:
    for path in ("notices", "practitioners", "organisations"):
        for public_id in ("a" * 16, "x", "%00" * 16, "测" * 16):
            assert client.get(f"/{path}/{public_id}").status_code == 404
        missing = client.get(f"/{path}/{'a' * 16}.json")
        assert missing.status_code == 404
        assert missing.content_type == "application/problem+json"


class TestExpiry:
    """公示期满，自动停止公示。"""

    def test_on_its_last_day_it_is_public_and_the_day_after_it_is_gone_before_any_job_has_run(
        self, client: FlaskClient, clock: SetClock, bearer: Bearer, penalty: str
    ) -> None:
        reader = bearer("feed:read", "feed:restricted")
        clock.set(datetime(2027, 11, 12, 23, 59, tzinfo=SHANGHAI))
        assert client.get(f"/notices/{penalty}").status_code == 200
        assert client.get("/feed/v1/entries", headers=reader).get_json()["entries"][0]["body"] is not None
        clock.set(datetime(2027, 11, 13, 0, 0, tzinfo=SHANGHAI))
        self._is_gone(client, reader, penalty)
        assert "2027-11-13" in client.get(f"/notices/{penalty}").text

    def test_the_job_ends_it_purges_it_and_tells_the_feed(
        self, host: Host, client: FlaskClient, clock: SetClock, bearer: Bearer, penalty: str
    ) -> None:
        reader = bearer("feed:read", "feed:restricted")
        assert end.run(host.work) == {"expired": 0, "stopped": 0}
        clock.set(datetime(2027, 11, 13, 0, 5, tzinfo=SHANGHAI))
        assert end.run(host.work) == {"expired": 1, "stopped": 0}
        assert end.run(host.work) == {"expired": 0, "stopped": 0}
        self._is_gone(client, reader, penalty)
        last = client.get("/feed/v1/entries", headers=reader).get_json()["entries"][-1]
        assert (last["action"], last["record"], last["version"]) == ("expire", penalty, 2)
        assert last["body"] == {"ground": "expired", "date": "2027-11-13"}
        assert (last["restricted"], last["restricted_salt"]) == (None, None)
        with host.work.read() as session:
            kept = session.scalars(select(BodyRow.position).where(BodyRow.book == "public")).all()
            assert kept == [1], "salt and body of the first version are deleted, the end's own stays"
            row = session.scalars(select(Notice)).one()
            assert (row.practitioner_id, row.organisation_id, row.state) == (None, None, "expired")
            release = session.scalars(select(Release)).one()
            assert (release.columns, release.restricted, release.title, release.subject) == (None,) * 4
            assert not list(verify.verify(session, "public")), "every old proof still verifies"

    def test_a_job_that_comes_late_ends_all_that_waited_and_names_each_ones_own_day(
        self, host: Host, client: FlaskClient, clock: SetClock
    ) -> None:
        subjects = office.enrol(host.work)
        first = office.publicise(host, office.penalty(host.work, subjects, number="甲", decided="2026-11-02"))
        second = office.publicise(
            host, office.penalty(host.work, subjects, number="乙", decided="2026-11-10")
        )
        clock.set(datetime(2028, 1, 1, tzinfo=UTC))
        assert end.run(host.work)["expired"] == 2
        days = [client.get(f"/notices/{notice}.json").get_json()["date"] for notice in (first, second)]
        assert days == ["2027-11-03", "2027-11-11"]

    def test_a_draft_whose_term_runs_out_unpublished_is_stopped_and_deleted(
        self, host: Host, clock: SetClock
    ) -> None:
        event = office.penalty(host.work, office.enrol(host.work))
        release = office.release_of(host.work, event)
        clock.set(datetime(2027, 11, 13, 0, 5, tzinfo=SHANGHAI))
        assert end.run(host.work) == {"expired": 0, "stopped": 1}
        with host.work.read() as session:
            row = session.scalars(select(Release).where(Release.public_id == release)).one()
            assert (row.state, row.columns, row.restricted) == ("stopped", None, None)

    def _is_gone(self, client: FlaskClient, reader: dict[str, str], notice: str) -> None:
        page, document = client.get(f"/notices/{notice}"), client.get(f"/notices/{notice}.json")
        assert (page.status_code, document.status_code) == (410, 410)
        assert "公示期满" in page.text
        assert (document.get_json()["ground"], document.get_json()["gone"]) == ("expired", True)
        assert "document_number" not in document.get_json()
        first = client.get("/feed/v1/entries", headers=reader).get_json()["entries"][0]
        assert [first[name] for name in ("salt", "body", "restricted_salt", "restricted")] == [None] * 4
        told = page.text + document.text + client.get("/").text + client.get("/notices.json").text
        told += client.get("/notices").text
        for word in ("明理", "沪司罚决字", "罚款二万元"):
            assert word not in told


class TestWithdrawal:
    """行政处罚法第四十八条：公开的行政处罚决定被依法变更、撤销、确认违法或者确认无效的，三日内撤回并公开说明理由。"""

    def test_only_a_fallen_decision_is_explained_by_its_number(
        self, host: Host, client: FlaskClient, leader: Actor, bearer: Bearer
    ) -> None:
        subjects, reader = office.enrol(host.work), bearer("feed:read")
        for ground in content.WITHDRAWABLE:
            number = f"沪司罚决字〔2026〕第{ground}号"
            notice = office.publicise(host, office.penalty(host.work, subjects, number=number))
            with host.work.write(leader) as session:
                end.withdraw(session, leader, notice=notice, ground=ground)
            page, document = client.get(f"/notices/{notice}"), client.get(f"/notices/{notice}.json")
            assert (page.status_code, document.status_code) == (410, 410)
            explained = ground in ("quashed", "changed", "unlawful", "void")
            assert (number in page.text) is explained
            assert "明理" not in page.text
            assert content.GROUNDS[ground] in page.text
            last = client.get("/feed/v1/entries", headers=reader).get_json()["entries"][-1]
            expected = {"ground": ground, "date": "2026-11-20"} | (
                {"document_number": number} if explained else {}
            )
            assert (last["action"], last["body"]) == ("withdraw", expected)
            assert (notice in client.get("/notices/withdrawn").text) is explained

    def test_a_fallen_decision_is_on_the_work_list_with_three_working_days(
        self, host: Host, sign_in: Callable[..., Person]
    ) -> None:
        event = office.penalty(host.work, office.enrol(host.work))
        notice = office.publicise(host, event)
        leader, clerk = sign_in("leader"), sign_in("clerk")
        assert "待撤下" not in leader.get("/staff/notices").text
        with host.work.write(office.OFFICE) as session:
            credit.annul(session, office.OFFICE, event=event, ground="复议撤销", on=session.today)
        waiting = leader.get("/staff/notices").text
        assert "待撤下" in waiting
        assert "2026-11-25" in waiting, "Friday 20 November and three working days"
        assert clerk.post(f"/staff/notices/{notice}/withdraw", ground="quashed").status_code == 403
        assert leader.post(f"/staff/notices/{notice}/withdraw", ground="").status_code == 422
        assert leader.post(f"/staff/notices/{notice}/withdraw", ground="quashed").status_code == 303
        assert "待撤下" not in leader.get("/staff/notices").text
        assert leader.get(f"/staff/notices/{notice}").status_code == 410
        assert leader.post(f"/staff/notices/{notice}/withdraw", ground="quashed").status_code == 410

    def test_who_may_not_and_what_is_not_there(self, host: Host, leader: Actor, penalty: str) -> None:
        clerk = office.person(host.permissions, "clerk")
        with pytest.raises(Refused), host.work.write(clerk) as session:
            end.withdraw(session, clerk, notice=penalty, ground="quashed")
        with pytest.raises(Invalid), host.work.write(leader) as session:
            end.withdraw(session, leader, notice=penalty, ground="expired")
        with pytest.raises(NotFound), host.work.write(leader) as session:
            end.withdraw(session, leader, notice="a" * 16, ground="quashed")


class TestMarksAndCorrections:
    def test_while_an_objection_is_open_the_notice_carries_the_mark(
        self, host: Host, client: FlaskClient, bearer: Bearer, penalty: str
    ) -> None:
        """上海市社会信用条例第三十六条：异议标注。空的标注即为取消。"""
        head = office.person(host.permissions, "head")
        with host.work.write(head) as session:
            publish.mark(session, head, notice=penalty, marks=["objection"])
        assert "异议处理中" in client.get(f"/notices/{penalty}").text
        with host.work.write(head) as session:
            publish.mark(session, head, notice=penalty, marks=[])
        assert "异议处理中" not in client.get(f"/notices/{penalty}").text
        entries = client.get("/feed/v1/entries", headers=bearer("feed:read", "feed:restricted")).get_json()[
            "entries"
        ]
        assert [(entry["action"], entry["version"]) for entry in entries] == [
            ("publish", 1),
            ("mark", 2),
            ("mark", 3),
        ]
        assert [entry["body"]["marks"] for entry in entries] == [[], ["objection"], []]
        assert entries[1]["body"]["columns"] == entries[0]["body"]["columns"], "the whole record, every time"
        assert entries[2]["restricted"] == entries[0]["restricted"]
        assert len({entry["salt"] for entry in entries}) == 3
        with pytest.raises(Invalid), host.work.write(head) as session:
            publish.mark(session, head, notice=penalty, marks=["doubtful"])

    def test_a_correction_is_a_new_version_of_the_whole_record(
        self, host: Host, client: FlaskClient, penalty: str
    ) -> None:
        head = office.person(host.permissions, "head")
        with host.work.write(head) as session:
            publish.correct(
                session, head, notice=penalty, columns={"CF_NR": "罚款一万元", "CF_NR_FK": "1.000000"}
            )
        record = client.get(f"/notices/{penalty}.json").get_json()
        assert record["record"]["columns"]["CF_NR"] == "罚款一万元"
        assert record["record"]["columns"]["CF_WSH"] == "沪司罚决字〔2026〕第7号"
        assert [version["action"] for version in record["versions"]] == ["publish", "correct"]

    def test_an_ended_notice_is_neither_marked_nor_corrected(
        self, host: Host, clock: SetClock, penalty: str
    ) -> None:
        head = office.person(host.permissions, "head")
        clock.set(datetime.combine(LAST_DAY + timedelta(days=1), datetime.min.time(), SHANGHAI))
        with pytest.raises(Gone), host.work.write(head) as session:
            publish.mark(session, head, notice=penalty, marks=[])
        with pytest.raises(Gone), host.work.write(head) as session:
            publish.correct(session, head, notice=penalty, columns={})


def test_lists_are_paged_by_cursor_and_lose_nothing(host: Host, client: FlaskClient) -> None:
    subjects = office.enrol(host.work)
    made = [office.publicise(host, office.finding(host.work, subjects, number=str(n))) for n in range(5)]
    seen, address = [], "/notices.json?limit=2"
    while address:
        page = client.get(address).get_json()
        seen += [notice["id"] for notice in page["results"]]
        address = page["next"] and f"/notices.json?limit=2&before={page['next']}"
    assert seen == made[::-1]
    assert client.get("/notices.json?limit=0").status_code == 400
    assert client.get("/notices.json?limit=101").status_code == 400


def test_what_a_column_must_not_say_is_covered_wherever_it_stands() -> None:
    covered = allowed.without_numbers(
        f"身份证{office.LAWYER_ID}、{office.LAWYER_ID[:-1]}x；电话{office.MOBILE}。"
    )
    assert office.LAWYER_ID not in covered
    assert office.MOBILE not in covered
    kept = f"执业证{office.LAWYER_NUMBER}，代码{office.FIRM_CODE}，文号沪司罚决字〔2026〕第7号，金额20000元"
    assert allowed.without_numbers(kept) == kept
    columns = {
        "XK_XDR_SWDJ": office.LAWYER_ID + "01",
        "XK_XDR_SHXYM": office.FIRM_CODE,
        "XK_XDR_ZJHM": office.LAWYER_ID,
    }
    public = allowed.public_columns("permit", columns)
    assert public["XK_XDR_SHXYM"] == office.FIRM_CODE
    assert office.LAWYER_ID not in str(public)


def test_the_published_columns_are_the_standards_without_papers() -> None:
    """The allow-list is written out; it and the standard may not drift apart unseen."""
    assert {kind: set(codes) for kind, codes in allowed.PUBLIC_COLUMNS.items()} == PUBLIC


def test_the_public_book_is_what_the_notices_rows_say(host: Host, penalty: str) -> None:
    with host.work.read() as session:
        row = session.scalars(select(Notice)).one()
        stored = book.entry(session, "public", row.versions[-1].position, on=session.today)
        assert (stored.record, stored.version, stored.action) == (row.public_id, row.version, "publish")
