"""The directory of inspectors as offices hand it in: xlsx or csv, read as written, stored once, never overwritten."""

import csv
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from inspection.plan.intake import INSPECTORS
from inspection.plan.tables import InspectorRow
from registry.kernel.work import Work
from registry.ledger import book
from registry.roster import intake
from registry.roster.intake import Outcome, Rejected, RowFault
from tests.commands import Commands
from tests.inspection.bureau import OFFICE

HEADERS = ("序号", "姓名", "执法证编号", "有效期至", "所在单位", "检查范围", "区划代码", "是否组长")
FANG = (
    "1",
    "方以诚",
    "0901010001",
    date(2028, 6, 30),
    "示范市黄浦区司法局",
    "律师事务所、公证处",
    "310101",
    "是",
)
LU = (
    "2",
    "陆知行",
    " ０９０１０４０００２ ",
    "2027年12月",
    "示范市徐汇区司法局",
    "司法鉴定机构;law_firm",
    "",
    "否",
)
XU = (
    "3",
    "徐若谷",
    "hs-1",
    "长期",
    "示范市司法局",
    "基层法律服务所",
    "310106",
    "",
)


def xlsx(folder: Path, *rows: Sequence[object], name: str = "inspectors.xlsx") -> Path:
    workbook = openpyxl.Workbook()
    for row in (("检查人员名录（2026 年度）",), HEADERS, *rows):
        workbook.worksheets[0].append(row)
    workbook.save(folder / name)
    return folder / name


def take(work: Work, path: Path, *, accept_good: bool = False) -> tuple[Outcome, list[tuple[int, str, str]]]:
    """The counts, and every fault as (row, column, rule)."""
    faults: list[RowFault] = []
    try:
        outcome = intake.run(
            work, OFFICE, INSPECTORS, path, kind="inspectors", accept_good=accept_good, report=faults.append
        )
    except Rejected as rejected:
        outcome = rejected.outcome
    return outcome, [(fault.row, fault.column, fault.rule) for fault in faults]


def test_a_directory_goes_in_once_and_twice_changes_nothing(work: Work, tmp_path: Path) -> None:
    path = xlsx(tmp_path, FANG, LU, XU)
    outcome, faults = take(work, path)
    assert (outcome.new, outcome.unchanged, faults) == (3, 0, [])
    with work.read() as session:
        fang, lu, xu = session.scalars(select(InspectorRow).order_by(InspectorRow.certificate)).all()
        assert (fang.name, fang.unit, fang.district) == ("方以诚", "示范市黄浦区司法局", "310101")
        assert (fang.valid_until, fang.lead, fang.kinds) == (
            date(2028, 6, 30),
            True,
            ["law_firm", "notary_office"],
        )
        assert (lu.certificate, lu.valid_until, lu.lead) == ("0901040002", date(2027, 12, 31), False)
        assert (lu.district, lu.kinds) == (None, ["forensic_institution", "law_firm"])
        assert (xu.certificate, xu.valid_until, xu.lead) == ("HS-1", date(2099, 12, 31), False)
        size = book.head(session, "audit").size
    outcome, faults = take(work, path)
    assert (outcome.new, outcome.unchanged, faults) == (0, 3, [])
    with work.read() as session:
        assert session.scalar(select(func.count()).select_from(InspectorRow)) == 3
        assert book.head(session, "audit").size == size, "nothing happened, so nothing is on record"


def test_a_csv_of_an_old_office_program_is_the_same_directory(work: Work, tmp_path: Path) -> None:
    take(work, xlsx(tmp_path, FANG, LU, XU))
    path = tmp_path / "inspectors.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([HEADERS, (*FANG[:3], "2028.06.30", *FANG[4:]), LU, XU])
    outcome, faults = take(work, path)
    assert (outcome.new, outcome.unchanged, faults) == (0, 3, [])


def test_every_bad_row_is_named_and_nothing_is_stored_until_the_good_ones_are_asked_for(
    work: Work, tmp_path: Path
) -> None:
    path = xlsx(
        tmp_path,
        FANG,
        ("2", "", "0901040002", "2027-12-31", "某局", "律师事务所"),
        ("3", "陆知行", "证 号？", "2027-12-31", "某局", "律师事务所"),
        ("4", "陆知行", "0901040003", "2027-13-31", "某局", "律师事务所"),
        ("5", "陆知行", "0901040004", "2027-12-31", "某局", "律师楼"),
        ("6", "陆知行", "0901040005", "2027-12-31", "某局", "律师事务所", "上海", "也许"),
        ("7", "陆＊行", "0901040006", "2027-12-31", "", "律师事务所"),
        XU,
    )
    faults_of_rows = [
        (4, "姓名", "required"),
        (5, "执法证编号", "certificate-form"),
        (6, "有效期至", "date-range"),
        (7, "检查范围", "unknown-kind"),
        (8, "区划代码", "district-code"),
        (8, "是否组长", "yes-or-no"),
        (9, "姓名", "name-masked"),
        (9, "所在单位", "required"),
    ]
    outcome, faults = take(work, path)
    assert faults == faults_of_rows
    assert (outcome.rows, outcome.rejected) == (8, 6)
    with work.read() as session:
        assert session.scalar(select(InspectorRow.id)) is None
    outcome, faults = take(work, path, accept_good=True)
    assert (outcome.new, faults) == (2, faults_of_rows)


def test_a_certificate_with_other_particulars_is_reported_and_stays_as_it_was(
    work: Work, tmp_path: Path
) -> None:
    """A file must not lengthen a validity or make a leader: that is changed knowingly, by a person."""
    take(work, xlsx(tmp_path, FANG))
    other = (*FANG[:3], date(2030, 6, 30), *FANG[4:])
    outcome, faults = take(work, xlsx(tmp_path, other, LU), accept_good=True)
    assert (outcome.new, faults) == (1, [(3, "执法证编号", "conflict")])
    with work.read() as session:
        kept = select(InspectorRow.valid_until).where(InspectorRow.certificate == "0901010001")
        assert session.scalars(kept).one() == date(2028, 6, 30)


def test_of_two_rows_with_one_certificate_the_second_is_the_bad_one(work: Work, tmp_path: Path) -> None:
    other = (*FANG[:1], "方以信", *FANG[2:])
    outcome, faults = take(work, xlsx(tmp_path, FANG, other), accept_good=True)
    assert (outcome.new, faults) == (1, [(4, "执法证编号", "conflict")])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_line_takes_the_file_and_names_the_bad_row(
    work: Work, legalcredit: Commands, tmp_path: Path
) -> None:
    done = legalcredit("import", "inspectors", xlsx(tmp_path, FANG, LU))
    assert (done.returncode, "新增 2" in done.stdout) == (0, True), done.stderr
    refused = legalcredit("import", "inspectors", xlsx(tmp_path, XU, (*FANG[:5], "律师楼"), name="b.xlsx"))
    assert refused.returncode == 1
    assert all(word in refused.stdout for word in ("检查范围", "律师楼", "unknown-kind"))
    assert json.loads(refused.stderr.splitlines()[-1])["error"] == "rejected"
    with work.read() as session:
        assert session.scalar(select(func.count()).select_from(InspectorRow)) == 2
