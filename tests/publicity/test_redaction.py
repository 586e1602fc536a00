"""What must not be read is proposed by rule, decided by the secrecy reviewer, and reaches nobody."""

import itertools
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select
from stdnum.cn import ric, uscc

from publicity.notices import amend, duties, publish
from publicity.notices.tables import Notice
from publicity.release import allowed, decide, find
from publicity.release.redaction import keep, review
from publicity.release.redaction.propose import masked, propose
from publicity.release.redaction.tables import DraftRow
from publicity.release.tables import Release
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.store import Base
from tests.papers import pages
from tests.people import Person
from tests.publicity import office

TODAY = date(2026, 11, 20)
CHILD = "310101201708080014"
"""Born on 8 August 2017."""

TEXTS = [
    ("当事人（身份证号310000198403121368，电话19912345678）私自收费。", ["identity 310000198403121368", "mobile 19912345678"]),
    ("身份证号码为３１００００１９８４０３１２１３６８。", ["identity ３１００００１９８４０３１２１３６８"]),
    ("公民身份号码：310000 19840312 1368", ["identity 310000 19840312 1368"]),
    ("身份证号310000198403121369（末位有误）", ["identity 310000198403121369"]),
    ("旧身份证310106800101123。", ["identity 310106800101123"]),
    ("持护照E12345678入境。", ["identity E12345678"]),
    (f"被监护人身份证号{CHILD}。", [f"minor {CHILD}"]),
    ("联系电话021-62345678转8012，手机139-1234-5678。", ["telephone 021-62345678转8012", "mobile 139-1234-5678"]),
    ("传真：62345678", ["telephone 62345678"]),
    ("款项汇入账号6222021001116245702，开户行工商银行。", ["account 6222021001116245702"]),
    ("收款账户1001 2345 6789 0123 456", ["account 1001 2345 6789 0123 456"]),
    ("QQ：88412345，信用代码31310106000QQ00003号", ["contact 88412345"]),
    ("邮箱zhang.san@example.cn，微信号：zhou_min88", ["contact zhang.san@example.cn", "contact zhou_min88"]),
    ("驾驶沪A12345、沪AD12345前往", ["plate 沪A12345", "plate 沪AD12345"]),
    ("家住上海市徐汇区天平路185号3单元302室。", ["address 上海市徐汇区天平路185号3单元302室"]),
    ("材料寄至浙江省嘉善县魏塘街道花园弄12号。", ["address 浙江省嘉善县魏塘街道花园弄12号"]),
    ("投诉人张经纬反映，其与委托人李四光签订合同。", ["name 张经纬", "name 李四光"]),
    ("证人：陈静、赵大伟称属实。", ["name 陈静", "name 赵大伟"]),
    ("当事人于洋，男。", ["name 于洋"]),
    ("客户欧阳修远向该所会计周敏付款。", ["name 欧阳修远", "name 周敏"]),
    ("其子刘小宝在场，受援人孙强（12岁）未到。", ["minor 刘小宝", "minor 孙强"]),
    ("合伙人钱多多未参与。", ["name 钱多多"]),
    # What a notice has to show.
    ("统一社会信用代码313101061234567885", []),
    ("执业证号13106201010123456，沪司罚决字〔2026〕第7号", []),
    ("于2026年5月3日收取20000元，违法所得13800000000元，罚款2.000000万元", []),
    ("依据《律师法》第五十条第一款第（一）项", []),
    ("当事人应当于收到本决定之日起15日内缴纳罚款；当事人任何一方不服，可以申请复议。", []),
    ("当事人单位双方均未申辩，当事人有关费用已结清。", []),
    ("章程律师私自收费，责任人周正。", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_what_is_proposed_of_a_text(text: str, expected: list[str]) -> None:
    found = propose(text, today=TODAY, known={"钱多多", "章程"}, public={"章程", "周正"})
    assert [f"{span.kind} {text[span.begin : span.end]}" for span in found] == expected
    covered = masked(text, found)
    assert not any(span.split(" ", 1)[1] in covered for span in expected)


CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=30)
DAYS = st.dates(date(1930, 1, 1), date(2026, 1, 1))
REGIONS = st.sampled_from(["310106", "110101", "440305", "330421", "652826"])


def identity(region: str, born: date, serial: int) -> str:
    body = f"{region}{born:%Y%m%d}{serial:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


@example("", "", "330421", date(1943, 11, 26), 1)  # also has the check character of a credit code
@given(CHINESE, CHINESE, REGIONS, DAYS, st.integers(0, 999))
def test_an_identity_number_is_found_wherever_it_stands(
    before: str, after: str, region: str, born: date, serial: int
) -> None:
    number = identity(region, born, serial)
    text = before + number + after
    found = propose(text, today=TODAY)
    assert any(span.begin <= len(before) and span.end >= len(before) + 18 for span in found)
    assert number not in masked(text, found)
    assert number not in allowed.without_numbers(text), "the net beneath, whatever anybody decides"


@given(
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9),
    REGIONS,
    st.sampled_from(["31", "91", "92", "12", "51"]),
    st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    st.integers(0, 99_999_999),
    st.integers(1, 99_999),
)
def test_codes_numbers_days_and_amounts_stay(
    code: str, region: str, prefix: str, day: date, amount: int, serial: int
) -> None:
    body = f"{prefix}{region}{code}"
    credit_code = body + uscc.calc_check_digit(body)
    text = (
        f"统一社会信用代码：{credit_code}，{day.year}年{day.month}月{day.day}日（{day:%Y-%m-%d}）以沪司罚决字〔{day.year}〕第{serial}号"
        f"罚款{amount}元、{amount}.50元、{amount}万元"
    )
    assert propose(text, today=TODAY) == []


@given(CHINESE)
def test_what_is_covered_is_in_order_apart_and_within_the_text(text: str) -> None:
    found = propose(f"{text}证人{text}家住{text}路1号", today=TODAY)
    assert all(one.end <= other.begin for one, other in itertools.pairwise(found))
    assert all(0 <= span.begin < span.end <= 3 * len(text) + 7 for span in found)


@pytest.fixture
def under_review(host: Host) -> str:
    """A penalty before its secrecy review; its facts quote an identity number and a mobile."""
    release = office.release_of(host.work, office.penalty(host.work, office.enrol(host.work)))
    people = office.team(host)
    for step, name in office.SIX[:2]:
        office.take(host.work, people[name], step, release)
    return release


def test_the_reviewer_decides_on_each_and_adds_one_and_only_then_the_step_is_taken(
    host: Host, sign_in: Callable[..., Person], client: FlaskClient, under_review: str
) -> None:
    here = f"/staff/releases/{under_review}"
    secrecy, leader = sign_in("secrecy"), sign_in("leader")
    assert office.MOBILE not in leader.get(here).text, "only whoever reviews it reads the words"
    assert "身份证号码略" in leader.get(here).text
    page = secrecy.get(here).text
    assert office.MOBILE in page
    first, second = re.findall(r'name="proposal" value="(\d+)"', page)
    early = secrecy.post(f"{here}/steps/secrecy_review", revision="3")
    assert early.status_code == 409
    assert "还有 2 处遮盖建议没有确认" in early.text

    shown = secrecy.post(
        f"{here}/redactions",
        revision="3",
        proposal=[first, second],
        cover=[first],
        **{f"reason.{second}": "办公电话"},
    )
    assert shown.status_code == 422
    assert "手机号码不得公开，只能遮盖" in shown.text
    assert (
        secrecy.post(f"{here}/redactions", revision="3", proposal=[first], cover=[first]).status_code == 303
    )
    assert "还有 1 处没有确认" in secrecy.get(here).text
    assert (
        secrecy.post(f"{here}/redactions", revision="4", proposal=[second], cover=[second]).status_code == 303
    )
    lost = secrecy.post(f"{here}/redactions", revision="3", proposal=[first], cover=[first])
    assert lost.status_code == 409, "a page from before somebody else's decision"

    nowhere = secrecy.post(
        f"{here}/redactions/new", revision="5", where="columns.CF_SY", words="路人", kind="name", why="第三人"
    )
    assert nowhere.status_code == 422
    assert "没有找到" in nowhere.text
    added = secrecy.post(
        f"{here}/redactions/new",
        revision="5",
        where="columns.CF_SY",
        words="2026年5月",
        kind="other",
        why="商业秘密",
    )
    assert added.status_code == 303
    assert secrecy.post(f"{here}/steps/secrecy_review", revision="6").status_code == 303
    assert office.MOBILE not in secrecy.get(here).text, "after the step nobody reads the words"
    for step, name in office.SIX[3:]:
        office.take(host.work, office.team(host)[name], step, under_review)
    notice = re.search(r'/notices/(\w{16})"', leader.get(here).text)
    assert notice
    told = client.get(f"/notices/{notice[1]}").text
    assert "（身份证号码略），电话■■■■）于■■■■私自收取费用" in told
    assert "2026年5月" not in told
    paper = "".join(pages(client.get(f"/notices/{notice[1]}.pdf").data))
    assert "私自收取费用" in paper
    assert not any(secret in paper for secret in ("2026年5月", *office.PRIVATE))


def test_what_is_shown_for_a_reason_is_published_as_it_stands(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    subjects = office.enrol(host.work)
    release = office.release_of(
        host.work, office.penalty(host.work, subjects, facts="证人陈静称，服务热线021-62345678无人接听。")
    )
    people = office.team(host)
    for step, name in office.SIX[:2]:
        office.take(host.work, people[name], step, release)
    with host.work.write(people["secrecy"]) as session:
        row = session.scalars(select(Release).where(Release.public_id == release)).one()
        assert row.columns is not None
        assert row.columns["CF_SY"] == "证人陈某称，服务热线■■■■无人接听。", "covered until somebody decides"
        version = keep.latest(session, row)
        assert version is not None
        answers = {
            one.id: review.Answer(one.kind == "name", "" if one.kind == "name" else "服务热线，对外公布")
            for one in version.redactions
        }
        review.answer(session, session.actor, release=release, revision=3, answers=answers)
        assert row.columns["CF_SY"] == "证人陈某称，服务热线021-62345678无人接听。"
    telephone = next(number for number, answer in answers.items() if answer.covered)
    unsaid = {telephone: review.Answer(covered=False)}
    with pytest.raises(Invalid), host.work.write(people["secrecy"]) as session:
        review.answer(session, session.actor, release=release, revision=4, answers=unsaid)
    office.take(host.work, people["secrecy"], "secrecy_review", release)


def test_nobody_but_the_reviewer_of_this_release_decides(host: Host, under_review: str) -> None:
    people = office.team(host)
    for name in ("clerk", "head", "leader", "admin"):
        with pytest.raises(Refused), host.work.write(people[name]) as session:
            review.answer(session, people[name], release=under_review, revision=3, answers={})
    office.take(host.work, people["secrecy"], "secrecy_review", under_review)
    with pytest.raises(Conflict) as refused, host.work.write(people["secrecy"]) as session:
        review.answer(session, people["secrecy"], release=under_review, revision=5, answers={})
    assert refused.value.rule == "out_of_turn"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_decided_what_is_covered_takes_no_other_step(host: Host, under_review: str) -> None:
    """The step itself was another reviewer's; the words are the work of whoever decided on them."""
    people = office.team(host)
    granted = people["secrecy"].permissions | people["leader"].permissions  # type: ignore[operator]
    both = Actor("staff", "both", "一人两职", granted)
    with host.work.write(both) as session:
        office.confirm(session, both, under_review)
    office.take(host.work, people["secrecy"], "secrecy_review", under_review)
    with host.work.read() as session:
        assert find.mine(session, both, after=None, limit=9) == ([], None)
        assert [one.public_id for one in find.mine(session, people["leader"], after=None, limit=9)[0]] == [
            under_review
        ]
        [approval] = [one for one in duties.WORKLISTS if one.title == "公开流程：审核"]
        assert "both" in approval.open(session, 9)[0].barred
    with pytest.raises(Refused) as refused:
        office.take(host.work, both, "approve", under_review)
    assert refused.value.rule == "four_eyes"
    office.take(host.work, people["leader"], "approve", under_review)
    with pytest.raises(Refused) as refused:
        office.take(host.work, both, "publish", under_review)
    assert refused.value.rule == "four_eyes"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_decided_what_is_covered_may_still_take_the_secrecy_review(host: Host, under_review: str) -> None:
    people = office.team(host)
    with host.work.write(people["secrecy"]) as session:
        office.confirm(session, people["secrecy"], under_review)
    office.take(host.work, people["secrecy"], "secrecy_review", under_review)
    office.take(host.work, people["leader"], "approve", under_review)


def test_what_was_decided_stays_for_texts_that_come_back_unchanged(host: Host, under_review: str) -> None:
    """After a send-back the reviewer decides nothing twice; a corrected text is looked through anew."""
    people = office.team(host)
    with host.work.write(people["secrecy"]) as session:
        revision = office.confirm(session, people["secrecy"], under_review)
        decide.send_back(
            session, people["secrecy"], release=under_review, revision=revision, reason="依据写到项"
        )
    for step, name in office.SIX[:2]:
        office.take(host.work, people[name], step, under_review)
    with host.work.read() as session:
        row = session.scalars(select(Release).where(Release.public_id == under_review)).one()
        keep.require_decided(session, row)
    _correct(host, under_review, {"CF_SY": f"当事人电话{office.MOBILE}，证人陈静在场。"})
    with host.work.read() as session:
        row = session.scalars(select(Release).where(Release.public_id == under_review)).one()
        assert row.columns is not None
        assert row.columns["CF_SY"] == "当事人电话■■■■，证人陈某在场。"
        with pytest.raises(Conflict):
            keep.require_decided(session, row)


def test_a_correction_after_publication_covers_what_it_brings(host: Host, under_review: str) -> None:
    """No second review stands between a correction and its notice, so everything proposed is covered, as is what the
    reviewer had added by hand."""
    people = office.team(host)
    with host.work.write(people["secrecy"]) as session:
        review.add(
            session,
            people["secrecy"],
            release=under_review,
            revision=3,
            path="columns.CF_SY",
            words="私自",
            kind="other",
            reason="试验",
        )
    for step, name in office.SIX[2:5]:
        office.take(host.work, people[name], step, under_review)
    _correct(host, under_review, {"CF_SY": f"投诉人陈静（电话{office.MOBILE}）称私自收费。"})
    head = office.person(host.permissions, "head2")
    with host.work.write(head) as session:
        row = session.scalars(select(Release).where(Release.public_id == under_review)).one()
        notice = session.scalars(select(Notice.public_id)).one()
        amend.amend(session, head, notice=notice)
        body, _ = publish.contents(session, publish.current(session, notice))
    assert body["columns"]["CF_SY"] == "投诉人陈某（电话■■■■）称■■■■收费。"
    assert row.columns is None


def test_no_table_holds_the_words_and_after_publication_not_even_sealed(
    host: Host, under_review: str
) -> None:
    def stored() -> str:
        tables = [table for table in Base.metadata.sorted_tables if table.name.startswith("pub_")]
        with host.engine.connect() as connection:
            return str([[tuple(row) for row in connection.execute(table.select())] for table in tables])

    before = stored()
    assert not any(secret in before for secret in office.PRIVATE)
    people = office.team(host)
    for step, name in office.SIX[2:5]:
        office.take(host.work, people[name], step, under_review)
    with host.work.read() as session:
        assert [row.texts for row in session.scalars(select(DraftRow))] == [None]


def test_a_draft_from_before_versions_were_kept_is_looked_through_first(
    host: Host, under_review: str
) -> None:
    secrecy = office.team(host)["secrecy"]
    with host.engine.begin() as connection:
        for table in ("pub_release_redactions", "pub_release_drafts"):
            connection.execute(Base.metadata.tables[table].delete())
    with pytest.raises(Conflict) as refused, host.work.write(secrecy) as session:
        decide.review(session, secrecy, release=under_review, step="secrecy_review", revision=3)
    assert refused.value.rule == "not_looked"
    with host.work.write(secrecy) as session:
        review.look(session, secrecy, release=under_review, revision=3)
    office.take(host.work, secrecy, "secrecy_review", under_review)


def _correct(host: Host, release: str, columns: dict[str, str]) -> None:
    with host.work.read() as session:
        found = select(EventRow.public_id).join(Release, Release.event_id == EventRow.id)
        event = session.scalars(found.where(Release.public_id == release)).one()
    office.correct(host, event, columns=columns)
