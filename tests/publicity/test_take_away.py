"""What people take with them: files of every list and record, feeds, and a list of numbers checked at once."""

import csv
import io
import re

import openpyxl
import pytest
from defusedxml import ElementTree
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from publicity.lookup import batch
from publicity.notices import end
from registry.kernel.access import Actor
from registry.kernel.delimited import csv_lines
from registry.kernel.faults import Invalid
from registry.kernel.host import Host
from registry.roster import enrol
from tests.publicity import office
from tests.registry.roster_facts import code, firm, lawyer

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ATOM = "{http://www.w3.org/2005/Atom}"
CLERK = Actor.command("tests")


@pytest.fixture
def subjects(host: Host) -> office.Subjects:
    return office.enrol(host.work)


def rows(answer: TestResponse) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbf"), "so that Excel reads Chinese"
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def cells(answer: TestResponse) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.values]


@pytest.mark.parametrize(
    ("path", "title", "counted"),
    [
        ("/punctuality.xlsx", "公示及时率", (3, 4, 5, 6, 8, 9)),
        ("/requests/statistics.xlsx", "政府信息公开申请", (2, 3, 4, 5, 6, 7, 8)),
        ("/letters/statistics.xlsx", "来信统计", (2, 3, 4, 5)),
        ("/disclosure-attributes.xlsx", "公开属性统计", (2, 3, 4)),
        ("/inspection-objects.xlsx", "检查对象名录库", (2, 3)),
    ],
)
def test_counts_are_numbers_that_a_spreadsheet_adds_up(
    host: Host,
    client: FlaskClient,
    subjects: office.Subjects,
    path: str,
    title: str,
    counted: tuple[int, ...],
) -> None:
    office.publicise(host, office.penalty(host.work, subjects))
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(path).data)).active
    assert sheet is not None
    assert sheet.title == title
    assert sheet.max_row > 1
    for row in range(2, sheet.max_row + 1):
        for column in counted:
            assert isinstance(sheet.cell(row, column).value, int), (
                row,
                column,
                sheet.cell(row, column).value,
            )


def test_numbers_that_name_somebody_stay_text(
    host: Host, client: FlaskClient, subjects: office.Subjects
) -> None:
    """A spreadsheet would round a licence of seventeen digits, and cut the zeros before a code."""
    office.publicise(host, office.penalty(host.work, subjects))
    sheet = openpyxl.load_workbook(
        io.BytesIO(client.get(f"/organisations/{subjects.firm.public_id}/people.xlsx").data)
    ).active
    assert sheet is not None
    assert sheet.title == "执业人员"
    assert (sheet.cell(2, 3).value, sheet.cell(2, 3).data_type) == (office.LAWYER_NUMBER, "s")


def test_every_list_and_record_comes_as_csv_and_xlsx_with_the_same_in_it(
    host: Host, client: FlaskClient, subjects: office.Subjects
) -> None:
    office.publicise(host, office.permit(host.work, subjects))
    penalty = office.publicise(host, office.penalty(host.work, subjects))
    firm_, person = subjects.firm.public_id, subjects.lawyer.public_id
    for path, query, told in (
        ("/notices", "", "沪司罚决字〔2026〕第7号"),
        ("/notices", f"?kind=penalty&organisation={firm_}", "上海明理律师事务所"),
        ("/notices/withdrawn", "", "文书号"),
        ("/search", "?q=明理", "上海明理律师事务所"),
        (f"/practitioners/{person}", "", office.LAWYER_NUMBER),
        (f"/practitioners/{person}", "?on=2015-01-01", "2015-01-01"),
        (f"/organisations/{firm_}", "", office.FIRM_CODE),
        (f"/organisations/{firm_}/people", "", "章程"),
        (f"/notices/{penalty}", "", "2 万元"),
    ):
        read = rows(client.get(f"{path}.csv{query}"))
        assert read == cells(client.get(f"{path}.xlsx{query}")), path
        assert any(told in cell for row in read for cell in row), path
        assert not any(secret in cell for row in read for cell in row for secret in office.PRIVATE), path


def test_no_cell_of_a_file_is_run_by_a_spreadsheet(database_url: str) -> None:
    written = b"".join(
        csv_lines(["甲"], [["=1+1"], ["+1"], ["-1"], ["@SUM(A1)"], ["\tx"], ["平安"], [None], ['a"b,\n']])
    )
    read = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert [row[0] if row else "" for row in read] == [
        "甲",
        "'=1+1",
        "'+1",
        "'-1",
        "'@SUM(A1)",
        "'\tx",
        "平安",
        "",
        'a"b,\n',
    ]


def test_a_notice_that_ended_is_gone_in_every_form(
    host: Host, client: FlaskClient, subjects: office.Subjects
) -> None:
    notice = office.publicise(host, office.penalty(host.work, subjects))
    leader = office.person(host.permissions, "leader")
    with host.work.write(leader) as session:
        end.withdraw(session, leader, notice=notice, ground="quashed")
    for ending in (".csv", ".xlsx", ".pdf", ".json", ""):
        answer = client.get(f"/notices/{notice}{ending}")
        assert answer.status_code == 410, ending
        assert "明理" not in answer.text
    assert "沪司罚决字〔2026〕第7号" in str(rows(client.get("/notices/withdrawn.csv")))
    (told,) = client.get("/notices/withdrawn.json").get_json()["results"]
    assert (told["id"], told["ground"]) == (notice, "quashed")
    for path in (
        "/notices.csv",
        f"/notices.atom?organisation={subjects.firm.public_id}",
        "/search.atom?q=明理",
    ):
        assert notice not in client.get(path).text


def entries(answer: TestResponse) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.data)
    for name in ("id", "title", "updated", "author"):
        assert root.find(f"{ATOM}{name}") is not None
    return [
        (str(entry.findtext(f"{ATOM}title")), str(link.get("href")))
        for entry in root.findall(f"{ATOM}entry")
        for link in entry.findall(f"{ATOM}link")
    ]


def test_lists_people_firms_and_searches_can_be_followed(
    host: Host, client: FlaskClient, subjects: office.Subjects
) -> None:
    assert entries(client.get("/notices.atom")) == []
    permit = office.publicise(host, office.permit(host.work, subjects))
    penalty = office.publicise(host, office.penalty(host.work, subjects))
    base = host.settings.public_url
    both = [f"{base}/notices/{penalty}", f"{base}/notices/{permit}"]
    assert [link for _, link in entries(client.get("/notices.atom"))] == both
    assert (
        entries(client.get("/notices.atom?kind=penalty"))[0][0]
        == "行政处罚：行政处罚决定 沪司罚决字〔2026〕第7号"
    )
    for path, found in (
        ("/notices.atom?kind=penalty", both[:1]),
        (f"/notices.atom?practitioner={subjects.lawyer.public_id}", both[1:]),
        (f"/notices.atom?organisation={subjects.firm.public_id}", both[:1]),
        ("/search.atom?q=明理", both[:1]),
        ("/search.atom?q=章程&kind=lawyer", both[1:]),
        ("/search.atom?q=无此人", []),
        ("/notices.atom?kind=nothing", []),
    ):
        assert [link for _, link in entries(client.get(path))] == found, path
    first = client.get("/notices.atom")
    assert client.get("/notices.atom", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.get("/notices.atom?practitioner=aaaaaaaaaaaaaaaa").status_code == 404
    page = client.get(f"/practitioners/{subjects.lawyer.public_id}").text
    assert re.search(r'<link rel="alternate" type="application/atom\+xml"[^>]*practitioner=', page)


def asked(client: FlaskClient, **fields: object) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/check").text)
    assert token
    return client.post("/check", data={"csrf_token": token[1], **fields})


def test_numbers_of_who_stopped_and_old_numbers_say_so(
    host: Host, client: FlaskClient, subjects: office.Subjects
) -> None:
    with host.work.write(CLERK) as session:
        gone = firm(session, "上海海川律师事务所", uscc=code("31", 9))
        enrol.change_organisation_state(
            session, CLERK, organisation=gone, state="cancelled", on=session.today, reason="解散"
        )
        other = firm(session, "上海锦天城律师事务所", district="310115")
        enrol.transfer(
            session,
            CLERK,
            licence=subjects.lawyer.licence,
            organisation=other,
            on=session.today,
            number=lawyer(123456, year=2012),
        )
    told = cells(
        asked(
            client,
            numbers=f"{code('31', 9)}\n{office.LAWYER_NUMBER}\n{lawyer(123456, year=2012)}",
            form="xlsx",
        )
    )
    assert [row[2] for row in told[1:]] == ["已经终止", "旧证号，已换号", "可以执业"]


def test_a_list_of_numbers_is_checked_at_once(client: FlaskClient, subjects: office.Subjects) -> None:
    pasted = f"{office.LAWYER_NUMBER} 章程\n{office.LAWYER_NUMBER}，张三\n{office.FIRM_CODE.lower()}\n{lawyer(99)}；\n\n"
    page = asked(client, numbers=pasted)
    assert page.status_code == 200
    assert "核对了 4 行" in page.text
    assert "2 行需要留意" in page.text
    taken = cells(asked(client, numbers=pasted, form="xlsx"))
    assert [(row[0], row[1], row[2], row[3]) for row in taken[1:]] == [
        (office.LAWYER_NUMBER, "章程", "可以执业", "章程"),
        (office.LAWYER_NUMBER, "张三", "号码属于他人", "章程"),
        (office.FIRM_CODE, "", "可以执业", "上海明理律师事务所"),
        (lawyer(99), "", "没有这个号码", ""),
    ]
    assert cells(asked(client, numbers=pasted, form="xlsx")) == rows(
        asked(client, numbers=pasted, form="csv")
    )


def test_a_spreadsheet_can_be_handed_in(client: FlaskClient, subjects: office.Subjects) -> None:
    book = openpyxl.Workbook()
    for row in (
        ("姓名", "执业证号"),
        ("章程", office.LAWYER_NUMBER),
        ("无名", "13101201010999999"),
        ("王二", ""),
    ):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    page = asked(client, file=(file, "律师.xlsx"))
    assert "核对了 3 行" in page.text
    assert "可以执业" in page.text
    assert "王二" in page.text
    assert "没有写号码" in page.text, "no row is passed over in silence"


def test_what_cannot_be_checked_is_refused_in_words(client: FlaskClient, subjects: office.Subjects) -> None:
    for fields, told in (
        ({"numbers": " \n;"}, "请填写至少一个"),
        ({"numbers": "章程"}, "请填写至少一个"),
        ({"numbers": "\n".join(f"1310120101{serial:07d}" for serial in range(1001))}, "一次最多核对 1000 个"),
        ({"file": (io.BytesIO(b"PK\x03\x04 no book"), "x.xlsx")}, "faults"),
        ({"numbers": "1" * (2 << 20)}, "不能超过 2 MB"),
    ):
        answer = asked(client, **fields)
        assert answer.status_code in (413, 422), told
        if answer.status_code == 422:
            assert told in answer.text
    assert client.post("/check", data={"numbers": "1"}).status_code == 400, "no token"


def test_numbers_are_read_as_people_paste_them(database_url: str) -> None:
    assert batch.typed("１３１０１２０１０１２３４５６７８\t张 三") == [batch.Line("13101201012345678", "张")]
    assert batch.typed("1 2 3") == [batch.Line(one, "") for one in "123"]
    assert batch.typed("1\r\n1\n1 甲") == [batch.Line("1", ""), batch.Line("1", ""), batch.Line("1", "甲")]
    assert batch.typed("执业证号：1\n姓名：甲，证号: 2") == [batch.Line("1", ""), batch.Line("2", "甲")]
    assert batch.typed("1\n王二") == [batch.Line("1", ""), batch.Line("", "王二")]
    assert batch.typed("1" * 99) == [batch.Line("1" * 64 + "…", "")]
    with pytest.raises(Invalid):
        batch.typed("")


def test_what_is_checked_is_in_no_log(
    client: FlaskClient,
    subjects: office.Subjects,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("DEBUG"):
        asked(client, numbers=f"{office.LAWYER_NUMBER} 章程")
    assert not any(
        secret in caplog.text + "".join(capfd.readouterr()) for secret in (office.LAWYER_NUMBER, "章程")
    )
