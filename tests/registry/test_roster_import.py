"""Rosters handed in as files: read as clerks write them, stored once, and never changing what is there."""

import csv
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import func, select

from registry.kernel.access import Actor
from registry.kernel.work import Work
from registry.roster import enrol, find, intake
from registry.roster.importers import ORGANISATIONS, PRACTITIONERS
from registry.roster.intake import Importer, Outcome, Rejected, RowFault
from registry.roster.tables import LicenceRow, OrganisationRow, PractitionerRow
from tests.commands import Commands
from tests.registry.roster_facts import code, lawyer, resident

CLERK = Actor.command("import")
FIRMS = (
    ("序号", "机构名称（必填）", "统一社会信用代码", "机构类型", "组织形式", "所在区", "负责人", "联系电话", "成立日期", "状态"),
    ("1", "上海明理律师事务所", code("31", 1), "律师事务所", "普通合伙", "黄浦区", "钟明", "021-55550001", "2001/2/3", "正常"),
    ("2", "上海海川（浦东）律师事务所", code("31", 2), "", "", "浦东", "", "", "2003.04.05", ""),
    ("3", "上海市东方公证处", code("12", 3), "公证处", "事业体制", "静安区", "", "", "", ""),
    ("4", "浦江司法鉴定所", code("34", 4), "", "", "上海市徐汇区", "", "", "20050607", ""),
    ("5", "上海市长宁区法律援助中心", code("12", 5), "", "", "", "", "", "", ""),
    ("6", "陆家嘴法律服务所", code("33", 6), "基层法律服务所", "", "浦东新区", "", "", "", "已注销"),
)  # fmt: skip
PEOPLE = (
    ("姓名", "身份证号码", "执业类别", "执业证号", "执业机构", "首次执业日期", "执业状态", "手机"),
    ("单勇", resident(1), "专职", lawyer(1), "上海明理律师事务所", "2010年5月1日", "正常", "19900000001"),
    ("曾志", resident(2), "律师", lawyer(2, sex=1), "上海海川(浦东)律师事务所", "2010-05-01", "", ""),
    ("仇英", resident(3), "公证员", "公310001", "上海市东方公证处", "2011/1/1", "", ""),
    ("翟明", resident(4), "", "310016056005", "浦江司法鉴定所", "2012-1-1", "停止执业", ""),
    ("单勇", resident(1), "", "310016056009", "浦江司法鉴定所", "2013-1-1", "", ""),
    ("区乐", resident(5), "公司", lawyer(5, category=7), "", "2014-1-1", "", ""),
    ("解明", resident(6), "", lawyer(6, category=8), "上海市长宁区法律援助中心", "2015-1-1", "已注销", ""),
)  # fmt: skip


def sheet(folder: Path, rows: Sequence[Sequence[str]], name: str = "roster.xlsx") -> Path:
    path = folder / name
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return path


def take(work: Work, kind: str, path: Path, *, accept_good: bool = False) -> tuple[Outcome, list[RowFault]]:
    faults: list[RowFault] = []
    importers: dict[str, Importer[Any]] = {"organisations": ORGANISATIONS, "practitioners": PRACTITIONERS}
    outcome = intake.run(
        work, CLERK, importers[kind], path, kind=kind, accept_good=accept_good, report=faults.append
    )
    return outcome, faults


def test_a_city_is_handed_in_as_two_files_and_twice_changes_nothing(work: Work, tmp_path: Path) -> None:
    firms, people = sheet(tmp_path, FIRMS), sheet(tmp_path, PEOPLE, "people.xlsx")
    assert take(work, "organisations", firms)[0].new == 6
    assert take(work, "practitioners", people)[0].new == 7
    again = take(work, "organisations", firms)[0]
    assert (again.new, again.unchanged, again.faults) == (0, 6, 0)
    again = take(work, "practitioners", people)[0]
    assert (again.new, again.unchanged, again.faults) == (0, 7, 0)
    with work.read() as session:
        kinds = dict(session.execute(select(OrganisationRow.name, OrganisationRow.kind)).all())
        assert kinds == {
            "上海明理律师事务所": "law_firm",
            "上海海川（浦东）律师事务所": "law_firm",
            "上海市东方公证处": "notary_office",
            "浦江司法鉴定所": "forensic_institution",
            "上海市长宁区法律援助中心": "legal_aid_centre",
            "陆家嘴法律服务所": "grassroots_office",
        }
        found = find.by_uscc(session, code("12", 5))
        assert found is not None
        assert find.organisation(session, found.public_id).district_name == "长宁区"
        person = find.by_id_number(session, resident(1))
        assert person is not None
        licences = find.practitioner(session, person.public_id).licences
        assert [one.profession for one in licences] == ["forensic_appraiser", "lawyer"]
        (stopped,) = find.people_by_name(session, "翟明")
        (licence,) = find.practitioner(session, stopped.public_id).licences
        assert [(one.value, one.since, one.until) for one in licence.states] == [
            ("suspended", date(2026, 11, 20), None),
            ("practising", date(2012, 1, 1), date(2026, 11, 20)),
        ]
        states = dict(session.execute(select(LicenceRow.number, LicenceRow.state)).all())
        assert states[lawyer(6, category=8)] == "cancelled"


def test_every_bad_row_is_told_with_its_number_column_and_rule(work: Work, tmp_path: Path) -> None:
    take(work, "organisations", sheet(tmp_path, FIRMS))
    broken = resident(9)[:17] + ("1" if resident(9)[17] != "1" else "2")
    rows = (
        PEOPLE[0],
        ("", resident(7), "", lawyer(7), "上海明理律师事务所", "2010-1-1", "", ""),
        ("甲某", broken, "", lawyer(8), "上海明理律师事务所", "2010-1-1", "", ""),
        ("乙某", "", "", "1310120101000", "上海明理律师事务所", "2010-13-1", "", ""),
        ("丙某", "", "", lawyer(9), "没有这家律师事务所", "2010-1-1", "", ""),
        ("丁某", "", "公证员", "公310009", "上海明理律师事务所", "2010-1-1", "", ""),
        ("戊某", "", "", "证0001", "某某单位", "2010-1-1", "睡觉中", ""),
        ("己某", "", "", lawyer(10), "上海明理律师事务所", "2030-1-1", "", ""),
        PEOPLE[1],
    )
    with pytest.raises(Rejected):
        take(work, "practitioners", sheet(tmp_path, rows))
    with work.read() as session:
        assert session.scalar(select(func.count(PractitionerRow.id))) == 0
    outcome, faults = take(work, "practitioners", sheet(tmp_path, rows), accept_good=True)
    assert {(one.row, one.column, one.rule) for one in faults} == {
        (2, "姓名", "required"),
        (3, "身份证号码", "checksum"),
        (4, "执业证号", "length"),
        (4, "首次执业日期", "date-range"),
        (5, "执业机构", "unknown-organisation"),
        (6, "执业机构", "wrong-workplace"),
        (7, "职业", "unknown-profession"),
        (7, "执业状态", "unknown-state"),
        (8, "首次执业日期", "future"),
    }
    assert (outcome.new, outcome.rejected) == (1, 7)
    assert broken not in repr(faults)


def test_a_file_changes_nothing_that_is_there_but_lists_what_differs(work: Work, tmp_path: Path) -> None:
    take(work, "organisations", sheet(tmp_path, FIRMS))
    take(work, "practitioners", sheet(tmp_path, PEOPLE))
    firms = (
        FIRMS[0],
        ("1", "上海明理律师事务所", code("31", 1), "律师事务所", "个人", "黄浦区", "换人了", "021-55559999", "2001/2/3", ""),
        ("2", "上海海川（浦东）律师事务所", code("31", 9), "", "", "浦东", "", "", "", ""),
        ("6", "陆家嘴法律服务所", code("33", 6), "基层法律服务所", "", "浦东新区", "", "", "", "正常"),
    )  # fmt: skip
    outcome, faults = take(work, "organisations", sheet(tmp_path, firms), accept_good=True)
    assert {(one.row, one.column, one.rule) for one in faults} == {
        (2, "组织形式", "differs"),
        (2, "负责人", "differs"),
        (2, "联系电话", "differs"),
        (3, "机构名称（必填）", "name-taken"),
        (4, "统一社会信用代码", "ended"),
    }
    assert "021-55559999" not in repr(faults)
    people = (
        PEOPLE[0],
        ("单勇", resident(1), "专职", lawyer(1), "上海海川(浦东)律师事务所", "2010-05-01", "", ""),
        ("改名", resident(2), "", lawyer(2, sex=1), "上海海川(浦东)律师事务所", "2010-05-01", "", ""),
        ("曾志", "", "", lawyer(2, sex=1, place="4403"), "上海海川(浦东)律师事务所", "2010-05-01", "", ""),
    )
    outcome, faults = take(work, "practitioners", sheet(tmp_path, people), accept_good=True)
    assert {(one.row, one.column, one.rule) for one in faults} == {
        (2, "执业机构", "differs"),
        (3, "身份证号码", "id-taken"),
        (4, "执业证号", "serial-taken"),
    }
    assert outcome.new == outcome.changed == 0
    with work.read() as session:
        found = find.by_uscc(session, code("31", 1))
        assert found is not None
        assert find.organisation(session, found.public_id).head == "钟明"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_change_made_by_staff_is_not_undone_by_the_old_file(work: Work, tmp_path: Path) -> None:
    take(work, "organisations", sheet(tmp_path, FIRMS))
    people = sheet(tmp_path, PEOPLE, "people.xlsx")
    take(work, "practitioners", people)
    with work.write(CLERK) as session:
        (one,) = find.by_licence(session, lawyer(2, sex=1))
        (licence,) = find.practitioner(session, one.public_id).licences
        place = find.by_uscc(session, code("31", 1))
        enrol.transfer(
            session,
            CLERK,
            licence=licence,
            organisation=place,
            number=lawyer(2, sex=1, place="3102"),
            on=date(2026, 1, 1),
        )
    outcome, faults = take(work, "practitioners", people, accept_good=True)
    assert [(one.row, one.column, one.rule) for one in faults] == [(3, "执业证号", "former-number")]
    assert outcome.unchanged == 6


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_hundred_thousand_people_are_taken_in_bounded_memory(
    legalcredit: Commands, work: Work, tmp_path: Path
) -> None:
    take(work, "organisations", sheet(tmp_path, FIRMS))
    path = tmp_path / "people.csv"
    with path.open("w", newline="", encoding="gb18030") as file:
        out = csv.writer(file)
        out.writerow(PEOPLE[0])
        for number in range(200_000):
            given = chr(0x4E00 + number % 5_000) + chr(0x5000 + number % 3_001)
            out.writerow(
                ("王" + given, "", "专职", lawyer(number), "上海明理律师事务所", "2010-05-01", "", "")
            )
    process = legalcredit.start("import", "practitioners", path)
    assert process.stdout is not None
    said = process.stdout.read()
    # The memory of this process, not the most of all that the tests ever started.
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    with work.read() as session:
        assert session.scalar(select(func.count(PractitionerRow.id))) == 200_000
    peak = used.ru_maxrss / 1024
    print(f"peak {peak:.0f} MB")
    assert peak < 400
