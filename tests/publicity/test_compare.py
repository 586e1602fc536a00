"""What changed between two versions, readable in Chinese."""

import itertools
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from publicity.notices import amend
from publicity.notices.tables import Notice
from publicity.release.compare import changes, compare
from registry.kernel.host import Host
from tests.people import Person
from tests.publicity import office

SIGNS = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}


def said(before: str, now: str) -> str:
    return "".join(SIGNS[piece.sort].format(piece.text) for piece in compare(before, now))


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("罚款二万元", "罚款一万元", "罚款[-二-][+一+]万元"),
        ("罚款20000元", "罚款10000元", "罚款[-20000-][+10000+]元"),
        ("律师法第五十条", "律师法第五十条第一款", "律师法第五十条[+第一款+]"),
        ("私自收费并伪造票据", "私自收费", "私自收费[-并伪造票据-]"),
        ("当事人甲律所", "当事人乙律所", "当事人[-甲-][+乙+]律所"),
        # One character between two changes is no anchor: the whole is said again.
        ("停止执业三个月", "暂停执行四个月", "[-停止执业三-][+暂停执行四+]个月"),
        ("一样", "一样", "一样"),
        ("", "新增", "[+新增+]"),
        ("删去", "", "[-删去-]"),
    ],
)
def test_changes_are_marked_as_people_would_mark_them(before: str, now: str, expected: str) -> None:
    assert said(before, now) == expected


TEXT = st.text("罚款一二三万元律师法第条款0123 ab，。", max_size=40)


@given(TEXT, TEXT)
def test_both_versions_can_be_read_from_the_pieces(before: str, now: str) -> None:
    pieces = compare(before, now)
    assert "".join(piece.text for piece in pieces if piece.sort != "new") == before
    assert "".join(piece.text for piece in pieces if piece.sort != "gone") == now
    sorts = [piece.sort for piece in pieces]
    assert all(one != other for one, other in itertools.pairwise(sorts)), "joined, never in crumbs"
    assert all(piece.text for piece in pieces)


def test_only_the_texts_that_differ_are_told_the_removed_ones_last() -> None:
    found = changes({"a": "一", "b": "二", "c": "三"}, {"b": "二", "c": "四", "d": "五"})
    assert [change.path for change in found] == ["c", "d", "a"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_reads_a_corrected_draft_or_notice_sees_what_changed(
    host: Host, sign_in: Callable[..., Person], client: FlaskClient
) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    release = office.release_of(host.work, event)
    head, here = sign_in("head"), f"/staff/releases/{release}"
    assert "各版的不同" not in head.get(here).text
    office.correct(host, event, columns={"CF_NR": "罚款一万元"}, summary="罚款一万元")
    page = head.get(here).text
    assert "第 2 版：按更正后的记录重拟" in page
    assert re.search(r"罚款<del>.*?二.*?</del><ins>.*?一.*?</ins>万元", page)
    assert '<dt>违法事实</dt><dd class="changes-text">' not in page, "what did not change is not told"
    assert not any(secret in page for secret in office.PRIVATE)

    people = office.team(host)
    for step, name in office.SIX[:5]:
        office.take(host.work, people[name], step, release)
    assert "各版的不同" not in head.get(here).text, (
        "the draft's words are gone; the ledger has what is public"
    )
    with host.work.read() as session:
        notice = session.scalars(select(Notice.public_id)).one()
    office.correct(host, event, columns={"CF_YJ": "律师法第五十条第一款第（二）项"})
    with host.work.write(people["head"]) as session:
        amend.amend(session, people["head"], notice=notice)
    told = head.get(f"/staff/notices/{notice}").text
    assert re.search(r"第一款第（<del>.*?一.*?</del><ins>.*?二.*?</ins>）项", told)
    assert "第一款第（一）项" not in client.get(f"/notices/{notice}").text, (
        "the public page does not say the mistake again"
    )
