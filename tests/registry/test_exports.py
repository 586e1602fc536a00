"""What leaves the roster comes back unchanged, runs nothing, and takes no identity number along unasked."""

import io
import tracemalloc
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from werkzeug.test import TestResponse

from registry.credit import export as decisions
from registry.credit import record
from registry.credit.importers import PENALTIES, PERMITS
from registry.kernel.access import Actor
from registry.kernel.faults import Invalid
from registry.kernel.work import Work, WorkSession
from registry.kernel.workbook import write_sheet
from registry.roster import enrol, export, intake
from registry.roster.export import Chosen
from registry.roster.importers import ORGANISATIONS, PRACTITIONERS
from registry.roster.intake import Importer
from registry.web.exports import XLSX
from tests.papers import pages
from tests.people import Person
from tests.registry.roster_facts import advocate, code, firm, resident

CLERK = Actor.command("clerk")
SignIn = Callable[..., Person]
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def city(session: WorkSession) -> enrol.Organisation:
    """Two firms, an office that ended, and lawyers of every sort."""
    place = firm(
        session,
        "上海明理（浦东）律师事务所",
        uscc=code(),
        head="钟明",
        form="普通合伙",
        district="310115",
        address="=1+1 号楼",
        phone="021-55550001",
        licence_number="31310000123456",
        authority="上海市浦东新区司法局",
    )
    closed = firm(session, "上海东方律师事务所", uscc=code(serial=2))
    enrol.change_organisation_state(
        session, CLERK, organisation=closed, state="cancelled", on=date(2020, 1, 1), reason="注销"
    )
    wrong = resident(3)[:17] + ("1" if resident(3)[17] != "1" else "2")
    advocate(session, place, 1, name="单勇", id_number=resident(1), phone="19900000001")
    person = advocate(session, place, 2, name="沈立", id_number=resident(2), joined_on=date(2015, 3, 1))
    advocate(session, place, 3, name="曾志", id_number=wrong, authoritative=True)
    advocate(session, None, 4, name="公职人", category="公职")
    enrol.change_state(
        session,
        CLERK,
        licence=person.licence,
        state="moved_out",
        on=date(2024, 1, 1),
        reason="转出",
        destination="江苏省",
    )
    return place


def exported(work: Work, chosen: Chosen, path: Path, *, restricted: bool = False) -> Path:
    with work.read() as session:
        cells = export.rows(session, chosen, restricted=restricted)
        write_sheet(path, export.headers(chosen, restricted=restricted), cells, name="名册")
    return path


def test_an_exported_roster_imports_as_unchanged(work: Work, tmp_path: Path) -> None:
    with work.write(CLERK) as session:
        city(session)
    cases: list[tuple[Chosen, Importer[Any], int]] = [
        (Chosen("law_firm"), ORGANISATIONS, 2),
        (Chosen("lawyer"), PRACTITIONERS, 4),
    ]
    for chosen, importer, count in cases:
        for restricted in (False, True):
            path = exported(work, chosen, tmp_path / f"{chosen.kind}{restricted}.xlsx", restricted=restricted)
            outcome = intake.run(work, CLERK, importer, path, kind="roster")
            assert (outcome.new, outcome.unchanged, outcome.faults) == (0, count, 0)


def test_what_is_exported_from_one_office_fills_another(work: Work, tmp_path: Path) -> None:
    """The file holds everything that the importer wants, so that an empty register is filled by it."""
    with work.write(CLERK) as session:
        city(session)
    path = exported(work, Chosen("law_firm"), tmp_path / "firms.xlsx")
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]][:5] == [
        "机构名称",
        "统一社会信用代码",
        "机构类型",
        "组织形式",
        "所在区",
    ]
    row = next(
        row for row in sheet.iter_rows(min_row=2, values_only=True) if row[0] == "上海明理（浦东）律师事务所"
    )
    assert row[4] == "浦东新区"
    # A text that begins like a formula stays a text.
    assert row[8] == "=1+1 号楼"
    assert sheet.cell(2, 9).data_type == "s"


def test_no_identity_number_or_private_telephone_leaves_unasked(work: Work) -> None:
    with work.write(CLERK) as session:
        place = city(session)
    for chosen in (Chosen("lawyer"), Chosen(organisation=place.id)):
        with work.read() as session:
            told = repr(list(export.rows(session, chosen)))
            assert resident(1) not in told
            assert "19900000001" not in told
            told = repr(list(export.rows(session, chosen, restricted=True)))
            assert resident(1) in told
            assert "19900000001" in told


PERMIT = {
    "XK_XDR_MC": "上海明理律师事务所", "XK_XDR_LB": "法人及非法人组织", "XK_XDR_SHXYM": code(), "XK_FRDB": "钟明",
    "XK_XKWS": "准予设立决定书", "XK_WSH": "沪司许〔2026〕1号", "XK_XKLB": "普通", "XK_NR": "准予设立", "XK_JDRQ": "2026-03-02",
    "XK_YXQZ": "2026-03-02", "XK_YXQZI": "2099-12-31", "XK_XKJG": "上海市司法局", "XK_XKJGDM": "11310000MB00000009",
    "XK_ZT": "1", "XK_LYDW": "上海市司法局", "XK_LYDWDM": "11310000MB00000009",
}  # fmt: skip
PENALTY = {
    "CF_XDR_MC": "单勇", "CF_XDR_LB": "自然人", "CF_WSH": "沪司罚〔2026〕1号", "CF_WFXW": "私自收费", "CF_SY": "私自接受委托",
    "CF_YJ": "律师法第四十八条", "CF_CFLB": "警告", "CF_NR": "警告", "CF_JDRQ": "2026-03-03", "CF_YXQ": "2027-03-03",
    "CF_CFJG": "上海市司法局", "CF_CFJGDM": "11310000MB00000009", "CF_SJLY": "上海市司法局", "CF_SJLYDM": "11310000MB00000009",
}  # fmt: skip


def decided(session: WorkSession) -> enrol.Practitioner:
    place = firm(session, uscc=code(), head="钟明")
    person = advocate(session, place, id_number=resident(1))
    record.record(
        session,
        CLERK,
        kind="permit",
        subject=record.Subject(organisation=place.id),
        decided_on=date(2026, 3, 2),
        document_number=PERMIT["XK_WSH"],
        authority="上海市司法局",
        summary="准予设立",
        columns=PERMIT,
        severity=None,
    )
    record.record(
        session,
        CLERK,
        kind="penalty",
        subject=record.Subject(practitioner=person.id),
        decided_on=date(2026, 3, 3),
        document_number=PENALTY["CF_WSH"],
        authority="上海市司法局",
        summary="警告",
        columns=PENALTY,
        restricted={"CF_XDR_ZJLX": "身份证", "CF_XDR_ZJHM": resident(1)},
        severity="轻微",
    )
    return person


def test_decisions_that_came_in_a_sheet_of_the_standard_leave_in_it_and_come_back_unchanged(
    work: Work, tmp_path: Path
) -> None:
    with work.write(CLERK) as session:
        advocate(session, firm(session, uscc=code(), head="钟明"), id_number=resident(1))
    identity = {"XDR_ZJLX": "身份证", "XDR_ZJHM": resident(1)}
    told = {
        "permit-organisation": PERMIT,
        "permit-person": {**PERMIT, "XK_XDR_MC": "单勇", **_prefixed("XK", identity)},
        "penalty-organisation": {
            **PENALTY,
            "CF_XDR_MC": "上海明理律师事务所",
            "CF_XDR_SHXYM": code(),
            "CF_FRDB": "钟明",
            "CF_CFLB": "罚款",
            "CF_NR": "罚款八千元",
            "CF_NR_FK": "0.8",
        },
        "penalty-person": {**PENALTY, **_prefixed("CF", identity)},
    }
    everything = partial(decisions.rows, first=date(2026, 1, 1), last=date(2026, 12, 31))
    for sheet, columns in told.items():
        importer = PERMITS if sheet.startswith("permit") else PENALTIES
        fields = [column.field for column in decisions.SHEETS[sheet][2].columns]
        path = tmp_path / f"{sheet}.xlsx"
        write_sheet(path, decisions.headers(sheet), [[columns.get(field) for field in fields]], name=sheet)
        assert intake.run(work, CLERK, importer, path, kind="decisions").new == 1
        with work.read() as session:
            write_sheet(
                path, decisions.headers(sheet), everything(session, sheet, restricted=True), name=sheet
            )
            [line] = everything(session, sheet)
            if fine := columns.get("CF_NR_FK"):
                assert line[fields.index("CF_NR_FK")] == float(fine), "a number, so that fines add up"
            assert resident(1) not in repr(line)
            numbered = resident(1) in repr(list(everything(session, sheet, restricted=True)))
            assert numbered is sheet.endswith("person")
            later = decisions.rows(session, sheet, first=date(2026, 3, 4), last=date(2026, 12, 31))
            assert list(later) == []
        outcome = intake.run(work, CLERK, importer, path, kind="decisions")
        assert (outcome.new, outcome.unchanged) == (0, 1)


def _prefixed(prefix: str, columns: dict[str, str]) -> dict[str, str]:
    return {f"{prefix}_{name}": text for name, text in columns.items()}


def opened(answer: TestResponse) -> Worksheet:
    """The sheet that was downloaded; the answer is read to its end, as by a browser."""
    with answer:
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert isinstance(sheet, Worksheet)
    return sheet


@ONE_DATABASE
def test_staff_download_lists_and_sheets_and_every_number_that_leaves_is_noted(
    work: Work, sign_in: SignIn
) -> None:
    with work.write(CLERK) as session:
        place = city(session)
    clerk, head, auditor = sign_in("clerk"), sign_in("head"), sign_in("auditor")
    at = "/staff/exports"
    assert clerk.get(at).status_code == 200
    file = clerk.get(f"{at}/roster.xlsx?kind=lawyer&state=practising")
    assert file.mimetype == XLSX
    sheet = opened(file)
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["单勇", "曾志", "公职人"]
    printed = "".join(pages(clerk.get(f"{at}/roster.pdf?organisation={place.public_id}").data))
    assert "上海明理（浦东）律师事务所从业人员名册" in printed
    assert "单勇" in printed
    assert clerk.get(f"{at}/roster.xlsx?kind=nobody").status_code == 404
    form = {"kind": "lawyer", "purpose": "licensing"}
    assert clerk.post(f"{at}/roster", **form).status_code == 403
    assert head.post(f"{at}/roster", kind="lawyer").status_code == 422
    assert head.post(f"{at}/roster", kind="law_firm", purpose="licensing").status_code == 422
    numbers = head.post(f"{at}/roster", **form)
    sheet = opened(numbers)
    assert resident(1) in [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)]
    looks = auditor.get("/staff/lookups?verb=roster.export").text
    assert looks.count("导出名册") >= 4
    assert resident(1) not in looks


@ONE_DATABASE
def test_decisions_are_downloaded_for_some_days(work: Work, sign_in: SignIn) -> None:
    with work.write(CLERK) as session:
        person = decided(session)
    clerk, head = sign_in("clerk"), sign_in("head")
    at = "/staff/exports/decisions"
    asked = "sheet=penalty-person&first=2026-03-01&last=2026-03-31"
    sheet = opened(clerk.get(f"{at}.xlsx?{asked}"))
    assert [cell.value for cell in sheet[2]][:3] == ["单勇", None, None]
    refused = clerk.get(f"{at}.xlsx?sheet=penalty-person&first=2026-03-01&last=2026-02-31")
    assert (refused.status_code, "请填写起止日期" in refused.text) == (422, True)
    fields = {
        "sheet": "penalty-person",
        "first": "2026-03-01",
        "last": "2026-03-31",
        "purpose": "release",
    }
    assert clerk.post(at, **fields).status_code == 403
    sheet = opened(head.post(at, **fields))
    assert [cell.value for cell in sheet[2]][2] == resident(1)
    looked = sign_in("auditor").get(f"/staff/lookups?subject={person.public_id}").text
    assert "办理公示" in looked


def test_a_long_list_needs_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        rows = ((f"人{n}", f"1310{n}") for n in range(count))
        write_sheet(tmp_path / f"{count}.xlsx", ["姓名", "执业证号"], rows, name="名册")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    short = peak(500)
    assert peak(5_000) < short + 500_000


def test_a_number_is_one_a_text_stays_one_and_the_sheet_bears_a_name_that_excel_takes(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    name = "2026年收到和处理政府信息公开申请情况：[统计]/按月份和申请人列出的明细表"
    write_sheet(path, ["件数", "金额", "证号", "空"], [(0, 2.05, "13101200410123456", None)], name=name)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]] == [0, 2.05, "13101200410123456", None]
    assert [cell.data_type for cell in sheet[2]] == ["n", "n", "s", "n"]
    assert len(sheet.title) == 31
    assert sheet.title.startswith("2026年收到和处理政府信息公开申请情况： 统计  按")


def test_a_sheet_holds_no_more_than_excel_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.kernel.workbook.MOST_ROWS", 3)
    with pytest.raises(Invalid):
        write_sheet(tmp_path / "long.xlsx", ["a"], ([str(n)] for n in range(4)), name="a")
