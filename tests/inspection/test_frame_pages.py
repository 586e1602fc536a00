"""What stands in a frame can be looked through, compared with the last one, and taken away as a spreadsheet."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inspection.plan import draft
from inspection.plan.tables import InspectorRow
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.roster.drafts import NewOrganisation
from registry.roster.enrol import change_organisation_state, enrol_organisations
from seed.numbers import uscc
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE
from tests.people import Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_the_officer_reads_the_frame_before_it_is_committed_and_the_public_afterwards(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    place = bureau.found(host.work)
    officer = sign_in("draw")
    _suspend(host, place, 0)
    draw = bureau.frozen(host.work, place)
    for suffix in ("frame", "frame.csv"):
        assert client.get(f"/draws/{draw}/{suffix}").status_code == 404
    page = officer.get(f"/staff/inspection/draws/{draw}/frame").text
    assert "示范市第1试验律师事务所" in page
    assert "不在正常执业状态" in page
    assert "此前没有公布过名录" in page
    bureau.commit(host.work, draw)
    found = client.get(f"/draws/{draw}/frame", query_string={"q": "第１２试验"}).text
    assert ("示范市第12试验律师事务所" in found, "示范市第11试验律师事务所" in found) == (True, False)
    excluded = client.get(f"/draws/{draw}/frame", query_string={"status": "excluded"}).text
    assert ("第1试验" in excluded, "第2试验" in excluded) == (True, False)
    assert "没有符合条件" in client.get(f"/draws/{draw}/frame", query_string={"q": "不存在"}).text
    assert client.get("/draws/aaaaaaaaaaaaaaaa/frame").status_code == 404


def test_the_spreadsheet_holds_every_unit_with_its_ground_and_runs_nothing(
    host: Host, client: FlaskClient
) -> None:
    place = bureau.found(host.work, firms=6)
    with host.work.write(OFFICE) as session:
        enrol_organisations(
            session,
            OFFICE,
            [
                NewOrganisation(
                    kind="law_firm",
                    name="=cmd律师事务所",
                    district="310101",
                    uscc=uscc("31", "310101", 80_009_999),
                )
            ],
        )
    _suspend(host, place, 2)
    draw = bureau.committed(host.work, place)
    answer = client.get(f"/draws/{draw}/frame.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["编号"] for row in rows] == sorted(row["编号"] for row in rows)
    by_name = {row["名称"]: row for row in rows}
    assert len(by_name) == 7
    assert "'=cmd律师事务所" in by_name
    assert by_name["示范市第3试验律师事务所"]["理由"] == "不在正常执业状态"


def test_the_page_says_what_is_other_than_in_the_last_frame(
    host: Host, client: FlaskClient, clock: SetClock
) -> None:
    place = bureau.found(host.work)
    first = bureau.committed(host.work, place)
    bureau.void(host.work, first, "frame_fault")
    clock.advance(timedelta(days=1))
    _suspend(host, place, 4)
    with host.work.write(OFFICE) as session:
        bureau.enrol(session, [50])
    second = bureau.committed(host.work, place, supersedes=first)
    page = client.get(f"/draws/{second}/frame").text
    assert "有 2 家不同" in page
    changes = page.partition("与上一次名录比较")[2]
    assert ("第5试验" in changes, "第51试验" in changes, "第6试验" in changes) == (True, True, False)
    assert f"/draws/{first}/frame" in changes


def test_the_page_says_which_inspectors_stand_otherwise_and_of_how_many_they_are_kept(
    host: Host, client: FlaskClient
) -> None:
    """Whoever recuses inspectors chooses who is left: everybody sees how many, of whom, and that it is new."""
    place = bureau.found(host.work)
    first = bureau.committed(host.work, place)
    page = client.get(f"/draws/{first}/frame").text
    assert "8 人，其中参加抽取 8 人" in page
    assert "本次抽取依据" in page
    bureau.void(host.work, first, "frame_fault")
    with host.work.write(OFFICE) as session:
        recused = session.scalars(select(InspectorRow).where(InspectorRow.certificate == "090003")).one()
        for firm in place.firms[:2]:
            draft.declare_recusal(
                session, OFFICE, inspector=recused.public_id, organisation=firm.public_id, reason="亲属关系"
            )
    second = bureau.committed(host.work, place, supersedes=first)
    changes = client.get(f"/draws/{second}/frame").text.partition("与上一次名录比较")[2]
    assert "检查人员有 1 名不同" in changes
    assert "回避 2 个对象" in changes
    assert ("090003" in changes, "090004" in changes, "亲属" in changes) == (True, False, False)


def _suspend(host: Host, place: bureau.Bureau, number: int) -> None:
    with host.work.write(OFFICE) as session:
        change_organisation_state(
            session,
            OFFICE,
            organisation=place.firms[number],
            state="suspended",
            on=session.today,
            reason="示司罚决字〔2026〕第 1 号",
        )
