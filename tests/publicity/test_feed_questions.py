"""疑问数据: what platforms refuse comes back as a work list, and goes from it by a correction or by sending it again."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from publicity.feed import configure
from publicity.feed.channel_tables import DeliveryRow
from publicity.feed.questions import find, reading, take
from publicity.feed.questions.reading import doubt
from publicity.notices import publish
from registry.kernel.clock import SetClock
from registry.kernel.faults import Invalid
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.roster.sheet import read_sheets
from tests.people import Person
from tests.publicity import office, telling
from tests.publicity.platform import Platform

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DOCUMENT = "沪司罚决字〔2026〕第7号"
HEADERS = ("行政处罚决定书文号", "行政相对人名称", "处罚决定日期", "疑问原因")


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


@pytest.fixture
def told(host: Host, platform: Platform) -> tuple[str, str]:
    """A channel, and the notice of a penalty that the platform took."""
    channel = telling.channel(host.work, platform)
    notice = office.publicise(host, office.penalty(host.work, office.enrol(host.work)))
    assert telling.deliver_all(host.work) == {"accepted": 1}
    return channel, notice


def workbook(*rows: tuple[str, ...], headers: tuple[str, ...] = HEADERS) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(headers)
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


ROW = (DOCUMENT, "上海明理律师事务所", "2026/11/12", "“处罚依据”必填项为空")


def test_two_sheets_of_one_file_have_rows_of_their_own(database_url: str) -> None:
    book = Workbook()
    for sheet in (book.worksheets[0], book.create_sheet("行政处罚")):
        sheet.append(HEADERS)
        sheet.append(ROW)
    file = io.BytesIO()
    book.save(file)
    read = list(reading.rows(read_sheets(io.BytesIO(file.getvalue()), "疑问数据.xlsx")))
    assert [(one.sheet, one.row) for one in read] == [(0, 2), (1, 2)]


def handed_in(work: Work, channel: str, content: bytes, name: str = "疑问数据.xlsx") -> take.Taken:
    with work.write(office.OFFICE) as session:
        return take.take_in(session, office.OFFICE, channel=channel, content=content, name=name)


WORDS = [
    ("统一社会信用代码校验位错误", "identifier", ("CF_XDR_SHXYM",)),
    ("CF_YJ不能为空", "missing", ("CF_YJ",)),
    ("“处罚决定日期”晚于处罚有效期", "date", ("CF_JDRQ", "CF_YXQ")),
    ("罚款金额应以万元为单位", "amount", ("CF_NR_FK",)),
    ("违法事实超过5000字", "length", ("CF_SY",)),
    ("该主体在法人库中查无记录", "unlinked", ()),
    ("处罚类别不在字典中", "value", ("CF_CFLB",)),
    ("数据重复", "repeated", ()),
    ("系统校验不通过", "other", ()),
]


@pytest.mark.parametrize(("message", "reason", "columns"), WORDS)
def test_a_platforms_words_name_the_reason_and_the_columns(
    message: str, reason: str, columns: tuple[str, ...], database_url: str
) -> None:
    found = doubt("penalty", message)
    assert (found.reason, set(found.columns)) == (reason, set(columns))


def test_a_refusal_is_corrected_and_the_new_version_goes_by_itself(
    host: Host, platform: Platform, clock: SetClock
) -> None:
    channel = telling.channel(host.work, platform)
    platform.will("refuse")
    notice = office.publicise(host, office.penalty(host.work, office.enrol(host.work)))
    telling.deliver_all(host.work)
    clock.advance(timedelta(days=2, hours=1))
    with host.work.read() as session:
        [one], _ = find.listed(session, channel=channel, limit=10)
    assert (one.record, one.document_number, one.reason, one.code) == (notice, DOCUMENT, "unlinked", "17")
    assert (one.message, one.columns, one.days, one.attempts) == (
        "统一社会信用代码不存在",
        ("CF_XDR_SHXYM",),
        2,
        1,
    )
    with host.work.write(office.OFFICE) as session:
        publish.correct(session, office.OFFICE, notice=notice, columns={"CF_NR": "罚款二万元整"})
    assert telling.deliver_all(host.work) == {"accepted": 1}
    assert platform.versions() == {notice: 2}
    with host.work.read() as session:
        assert find.listed(session, channel=None, limit=10) == ([], None)


def test_a_platforms_file_puts_what_it_had_taken_on_the_list_once(
    host: Host, platform: Platform, told: tuple[str, str], sign_in: Callable[..., Person], tmp_path: Path
) -> None:
    channel, notice = told
    content = workbook(
        ROW, ("沪司罚决字〔2026〕第99号", "上海明理律师事务所", "2026/11/12", "重复"), (DOCUMENT, "别家律师事务所", "", "重复"),
        (DOCUMENT, "上海明理律师事务所", "2026/11/12", ""),
    )  # fmt: skip
    clerk = sign_in("clerk")
    assert "没有疑问数据" in clerk.get("/staff/feed/questions").text
    page = clerk.post("/staff/feed/questions", channel=channel, file=(io.BytesIO(content), "疑问.xlsx"))
    assert page.status_code == 200, page.text
    for words in (
        "列入 1 行",
        "第 3 行：没有向该渠道报送过这份文书",
        "第 5 行：没有写明原因",
        "平台文件第 2 行",
        "处罚依据",
        "缺项",
    ):
        assert words in page.text
    again = clerk.post("/staff/feed/questions", channel=channel, file=(io.BytesIO(content), "疑问.xlsx"))
    assert "此前已列入 1 行" in again.text
    assert "疑问数据" in clerk.get("/staff/work").text
    path = tmp_path / "list.xlsx"
    path.write_bytes(clerk.get("/staff/feed/questions/list.xlsx").data)
    lines = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    assert [line[4:8] for line in lines] == [
        ("文书号", "平台文件行号", "数据项", "归类"),
        (DOCUMENT, "2", "处罚依据", "缺项"),
    ]
    assert (
        clerk.post(
            f"/staff/feed/channels/{channel}/entries/0/resend", reason="平台规则有误，已更正"
        ).status_code
        == 303
    )
    platform.forget([notice])
    assert telling.deliver_all(host.work) == {"accepted": 1}
    assert len(platform.keys) == 2, "what is sent again on purpose has another key"
    assert "没有疑问数据" in clerk.get("/staff/feed/questions").text
    assert (
        "此前已列入 1 行"
        in clerk.post("/staff/feed/questions", channel=channel, file=(io.BytesIO(content), "a.xlsx")).text
    )
    assert telling.states(host.work, notice) == ["accepted"]


def test_what_is_in_doubt_after_it_was_taken_is_still_told_of_its_end(
    host: Host, platform: Platform, told: tuple[str, str], clock: SetClock
) -> None:
    channel, notice = told
    handed_in(host.work, channel, workbook(ROW))
    assert telling.states(host.work, notice) == ["rejected"]
    telling.withdraw(host.work, notice)
    clock.advance(timedelta(minutes=5))
    telling.deliver_all(host.work)
    assert platform.rows == {}


def test_rows_are_found_by_the_platforms_own_number_and_in_csv(
    host: Host, platform: Platform, told: tuple[str, str]
) -> None:
    channel, notice = told
    line = f"文书号,行政相对人,平台编号,错误原因\n,,P-{notice},主体未关联\n,,P-x,重复\n,无,,重复\n"
    taken = handed_in(host.work, channel, line.encode("gb18030"), "疑问.csv")
    assert (taken.listed, list(taken.unmatched)) == (1, [(3, "unknown"), (4, "no_key")])
    with host.work.read() as session:
        [one], _ = find.listed(session, channel=None, limit=10)
    assert (one.row, one.reason) == (2, "unlinked")


def test_what_ended_or_is_on_its_way_anew_does_not_come_on_the_list(
    host: Host, platform: Platform, told: tuple[str, str]
) -> None:
    channel, notice = told
    with host.work.write(office.OFFICE) as session:
        publish.correct(session, office.OFFICE, notice=notice, columns={"CF_NR": "罚款二万元整"})
        configure.pause(session, office.OFFICE, channel=channel)
    platform.will("later")
    with host.work.write(office.OFFICE) as session:
        configure.resume(session, office.OFFICE, channel=channel)
    telling.deliver_all(host.work)
    assert handed_in(host.work, channel, workbook(ROW)).unmatched == [(2, "under_way")]
    telling.withdraw(host.work, notice)
    telling.deliver_all(host.work)
    assert handed_in(host.work, channel, workbook(ROW, ROW)).unmatched == [(2, "ended"), (3, "ended")]
    with host.work.read() as session:
        assert "rejected" not in session.scalars(select(DeliveryRow.state)).all()


BAD = [
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rubbish", "a.xls", "not-xlsx"),
    ("文书号,行政相对人\n一,二\n".encode(), "a.csv", "missing-column"),
    (b"", "a.csv", "empty-file"),
]


@pytest.mark.parametrize(("content", "name", "rule"), BAD)
def test_a_file_that_says_nothing_is_refused_in_words(
    host: Host, told: tuple[str, str], sign_in: Callable[..., Person], content: bytes, name: str, rule: str
) -> None:
    channel, _ = told
    with pytest.raises(Invalid) as refusal:
        handed_in(host.work, channel, content, name)
    assert refusal.value.rule == rule
    clerk = sign_in("clerk")
    page = clerk.post("/staff/feed/questions", channel=channel, file=(io.BytesIO(content), name))
    assert page.status_code == 422
    assert "填写有误" in page.text
    assert sign_in("auditor").post("/staff/feed/questions", channel=channel).status_code == 403


def test_whoever_settles_a_question_sees_what_it_is_about_and_how_much_is_taken_each_day(
    host: Host, platform: Platform, told: tuple[str, str], sign_in: Callable[..., Person]
) -> None:
    channel, _ = told
    clerk = sign_in("clerk")
    glance = clerk.get("/staff/feed").text
    assert "近 30 天每天入库的条数：共 1" in glance
    page = clerk.get(f"/staff/feed/channels/{channel}").text
    assert "逐日数字" in page
    assert '<time class="nowrap" datetime="2026-11-20">' in page
    handed_in(host.work, channel, workbook(ROW))
    page = clerk.get(f"/staff/feed/channels/{channel}/entries/0").text
    for words in ("疑问", "缺项", "处罚依据", "按平台规则检查现在的公示内容", "处罚有效期", "平台文件行号"):
        assert words in page
    assert "更正原记录" in page
    assert "近 30 天平台没有收下信息" in clerk.get(f"/staff/feed/channels/{channel}").text
