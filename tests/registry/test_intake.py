"""Files that clerks hand in, and files that somebody made to break us."""

import csv
import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from registry.kernel.access import Actor
from registry.kernel.faults import Invalid
from registry.kernel.work import Work, WorkSession
from registry.roster import archive, intake
from registry.roster.cells import read_code, read_date, read_name
from registry.roster.intake import Accepted, Checked, Importer, Outcome, Reading, Rejected, RowFault, Stored
from registry.roster.layout import Column, Layout
from registry.roster.sheet import open_file

TEMPLATES = Path(__file__).parents[1] / "golden" / "templates"
Pair = tuple[str, str]
LAYOUT = Layout(
    "people",
    "人员名册",
    (
        Column("name", ("姓名",), required=True),
        Column("number", ("证号", "执业证号"), required=True),
        Column("day", ("日期",)),
        Column("phone", ("电话",), personal=True),
    ),
)
ACTOR = Actor.command("test")


class Register:
    """Stands for the use cases of a package: keeps what it is given, refuses what it has under another name."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}

    def importer(self) -> Importer[Pair]:
        return Importer((LAYOUT,), self.check, self.store)

    def check(self, layout: Layout, cells: Mapping[str, str]) -> Checked[Pair]:
        reading = Reading(cells)
        name, number = reading.read("name", read_name), reading.read("number", read_code)
        reading.read("day", read_date)
        if reading.cells["phone"].startswith("0"):
            reading.fault("phone", "phone-form", "电话有误")
        return reading.checked(lambda: (name, number))

    def store(self, session: WorkSession, actor: Actor, rows: Sequence[Accepted[Pair]]) -> Stored:
        new = unchanged = 0
        faults = []
        for row in rows:
            name, number = row.value
            if number not in self.rows:
                self.rows[number] = name
                new += 1
            elif self.rows[number] == name:
                unchanged += 1
            else:
                faults.append(row.fault("number", "conflict", "已登记为另一人"))
        return Stored(new=new, unchanged=unchanged, faults=faults)


def book(
    path: Path,
    *rows: Sequence[object],
    sheet: Callable[[openpyxl.worksheet.worksheet.Worksheet], None] | None = None,
) -> Path:
    workbook = openpyxl.Workbook()
    worksheet = workbook.active
    assert worksheet is not None
    for row in rows:
        worksheet.append(list(row))
    if sheet:
        sheet(worksheet)
    workbook.save(path)
    return path


def read(path: Path) -> list[tuple[str, int, list[str]]]:
    with open_file(path) as sheets:
        return [(sheet.name, number, cells) for sheet in sheets for number, cells in sheet.rows()]


def take(
    work: Work, path: Path, *, register: Register | None = None, **options: object
) -> tuple[Outcome, list[RowFault], Register]:
    register = register or Register()
    faults: list[RowFault] = []
    outcome = intake.run(
        work,
        ACTOR,
        register.importer(),
        path,
        kind="people",
        report=faults.append,
        **options,  # type: ignore[arg-type]
    )
    return outcome, faults, register


HEADER = ("姓名（必填）", "执业证号：十七位", "日期", "电话")
GOOD = ("沈立", "13101200810000003", "2026/3/1", "13800000000")


# Reading


def test_cells_come_as_text_the_way_the_sheet_shows_them(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        (
            "h",
            20260301,
            0.2,
            date(2026, 3, 1),
            datetime(2026, 3, 1, 8, 30),  # noqa: DTZ001 - a spreadsheet knows no zones
            True,
            46082.0,
            310101199001011234567.0,
        ),
    )
    assert read(path)[0][2] == [
        "h", "20260301", "0.2", "2026-03-01", "2026-03-01 08:30:00", "是", "46082", "3.10101199001011E+20",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_csv_in_the_encodings_of_the_office(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(
            [["姓名", "备注"], ["沈㛃", "第一行\n第二行"], ["𬱖", ""]]
        )
    assert [cells for *_, cells in read(path)] == [["姓名", "备注"], ["沈㛃", "第一行\n第二行"], ["𬱖", ""]]
    assert [number for _, number, _ in read(path)] == [1, 2, 3]


def test_a_sheet_can_be_read_twice_and_starts_where_its_cells_start(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    worksheet = workbook.active
    assert worksheet is not None
    worksheet["C3"], worksheet["D5"] = "x", "y"
    workbook.save(tmp_path / "a.xlsx")
    with open_file(tmp_path / "a.xlsx") as sheets:
        assert list(sheets[0].rows()) == list(sheets[0].rows())
        assert [row for row in sheets[0].rows() if any(row[1])] == [
            (3, ["", "", "x", ""]),
            (5, ["", "", "", "y"]),
        ]


def test_the_old_xls_is_read_too() -> None:
    """The monthly return of a large city's platform: offices still save in the old format."""
    cells = [cells for *_, cells in read(TEMPLATES / "monthly-return.xls")]
    assert any("双公示" in cell for cell in cells[0])


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("a.xlsx", b"PK\x03\x04 not really", "not-xlsx"),
        ("a.xlsx", "姓名,证号".encode(), "not-xlsx"),
        ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "not-xlsx"),
        ("a.csv", b"\x81\x20\xff\xff", "encoding"),
        ("a.csv", b"\x00\x01\x02binary", "encoding"),
        ("a.csv", '姓名,证号\n"没有结束的引号,1\n'.encode(), "csv-form"),
        ("a.csv", b"", "empty-file"),
        ("a.csv", b"\xef\xbb\xbf\n\n,,\n", "empty-file"),
        ("a.csv", "一,二\n三,四\n".encode(), "header-not-found"),
        ("a.csv", "姓名,日期\n沈立,2026/3/1\n".encode(), "missing-column"),
        ("a.csv", "姓名,证号,执业证号\n沈立,1,2\n".encode(), "repeated-column"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, work: Work, name: str, content: bytes, rule: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Invalid) as refused:
        take(work, path)
    assert refused.value.rule == rule
    assert refused.value.title


def test_a_spreadsheet_with_a_password_says_so(tmp_path: Path) -> None:
    """An encrypted xlsx is an OLE container with a stream called EncryptedPackage."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512
    )
    with pytest.raises(Invalid) as refused:
        read(path)
    assert refused.value.rule == "encrypted"


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as made:
        made.writestr("word/document.xml", "<w/>")
    with pytest.raises(Invalid) as refused:
        read(tmp_path / "a.xlsx")
    assert refused.value.rule == "not-xlsx"


# Files made to break us


def zipped(path: Path, entries: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return path


def lying(content: bytes, *, declared: int) -> bytes:
    """The archive with every declared size of its directory changed."""
    out = bytearray(content)
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<I", out, at + 24, declared)
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(out)


@pytest.mark.parametrize("declared", [None, 100])
def test_a_zip_bomb_is_refused_by_what_it_declares_and_by_what_it_becomes(
    tmp_path: Path, declared: int | None
) -> None:
    bomb = zipped(
        tmp_path / "a.xlsx", {"xl/workbook.xml": b"<w/>", "xl/worksheets/sheet1.xml": b" " * (24 << 20)}
    )
    content = bomb.read_bytes()
    assert len(content) < 100_000
    bomb.write_bytes(content if declared is None else lying(content, declared=declared))
    started = time.process_time()
    with pytest.raises(Invalid) as refused:
        read(bomb)
    assert refused.value.rule == "zip-bomb"
    assert time.process_time() - started < 5


def test_an_archive_of_thousands_of_entries_is_refused(tmp_path: Path) -> None:
    bomb = zipped(
        tmp_path / "a.xlsx", {"xl/workbook.xml": b"", **{f"x{n}": b"" for n in range(archive.MAX_ENTRIES)}}
    )
    with pytest.raises(Invalid) as refused:
        read(bomb)
    assert refused.value.rule == "zip-bomb"


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576", "AAA1", "EA1", "A300000"])
def test_one_cell_in_the_far_corner_does_not_take_all_memory(tmp_path: Path, cell: str) -> None:
    """The parser lays a dense table out to the farthest cell: this one would ask for half a terabyte."""

    def corner(worksheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        worksheet[cell] = "x"

    with pytest.raises(Invalid) as refused:
        read(book(tmp_path / "a.xlsx", ("姓名",), sheet=corner))
    assert refused.value.rule == "sheet-too-large"


def test_one_long_text_shared_by_very_many_cells_is_refused(tmp_path: Path) -> None:
    """Sharing costs the file nothing; the parser copies the text into each cell."""
    cells = b"".join(b'<c t="s"><v>0</v></c>' for _ in range(100))
    rows = b"".join(b"<row>%s</row>" % cells for _ in range(1_000))
    plain = zipped(tmp_path / "plain.xlsx", {}).read_bytes()
    noise = zlib.compress(bytes(range(256)) * 8) * 300  # keeps the ratio within bounds
    path = zipped(
        tmp_path / "a.xlsx",
        {
            "xl/workbook.xml": b"<workbook/>",
            "xl/media/noise.bin": noise,
            "xl/worksheets/sheet1.xml": b"<worksheet><sheetData>%s</sheetData></worksheet>" % rows,
            "xl/sharedStrings.xml": b"<sst><si><t>%s</t></si></sst>" % (b"x" * 32_000),
        },
    )
    assert plain
    with pytest.raises(Invalid) as refused:
        read(path)
    assert refused.value.rule == "sheet-too-large"


SHARED = b"<sst>%s</sst>" % (b"<si><t>%s</t></si>" % (b"x" * 32_000))
FULL = b'<row><c t="s"><v>0</v></c></row>' * 40_000
SLOW = {
    "spaces behind a formula": (b"<c><f>1</f>" + b" " * 900_000, b"<sst/>"),
    "a cell of nothing but attributes": (FULL + b"<c" + b" t='s'" * 150_000, SHARED),
    "strings without an end": (FULL, SHARED.replace(b"</sst>", b"<si>" * 200_000)),
    "a number without an end": (FULL + b'<c t="s"><v>%s</v></c>' % (b"9" * 6_000), SHARED),
}


@pytest.mark.parametrize(("sheet", "shared"), SLOW.values(), ids=SLOW)
def test_what_would_be_tried_in_every_division_is_read_once(
    tmp_path: Path, sheet: bytes, shared: bytes
) -> None:
    """A pattern that tries again what it has given back takes hours over a megabyte, in a file of kilobytes."""
    path = zipped(
        tmp_path / "a.xlsx",
        {
            "xl/workbook.xml": b"<workbook/>",
            "xl/worksheets/sheet1.xml": b"<worksheet><sheetData>%s</sheetData></worksheet>" % sheet,
            "xl/sharedStrings.xml": shared,
        },
    )
    started = time.process_time()
    with pytest.raises(Invalid):
        read(path)
    assert time.process_time() - started < 5


def test_a_formula_without_its_value_names_its_cell(tmp_path: Path) -> None:
    """A file that no spreadsheet program has calculated: the value would silently be empty."""
    with pytest.raises(Invalid) as refused:
        read(book(tmp_path / "a.xlsx", HEADER, ("沈立", "=1+1", "", "")))
    assert refused.value.rule == "formula-without-value"
    assert "B2" in refused.value.title


def test_a_calculated_formula_gives_its_value_and_a_broken_one_names_its_cell(tmp_path: Path) -> None:
    for name, value in (("good", "13101200810000003"), ("bad", "#REF!")):
        workbook = xlsxwriter.Workbook(str(tmp_path / f"{name}.xlsx"))
        worksheet = workbook.add_worksheet()
        worksheet.write_row(0, 0, HEADER)
        worksheet.write_formula("B2", '="13101200810000003"', None, value)
        workbook.close()
    assert read(tmp_path / "good.xlsx")[1][2][1] == "13101200810000003"
    with pytest.raises(Invalid) as refused:
        read(tmp_path / "bad.xlsx")
    assert refused.value.rule == "cell-error"
    assert "B2" in refused.value.title


# From rows to the register


def test_a_good_file_goes_in_and_a_second_time_changes_nothing(tmp_path: Path, work: Work) -> None:
    path = book(tmp_path / "a.xlsx", HEADER, GOOD, ("李文", "13101200810000004"))
    outcome, faults, register = take(work, path)
    assert (outcome.rows, outcome.new, outcome.unchanged, faults) == (2, 2, 0, [])
    again, faults, _ = take(work, path, register=register)
    assert (again.new, again.unchanged, faults) == (0, 2, [])


def test_the_header_may_stand_below_a_title_and_a_note(tmp_path: Path, work: Work) -> None:
    def merge(worksheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        worksheet.merge_cells("A1:D1")

    path = book(
        tmp_path / "a.xlsx",
        ("上海市律师名册",),
        ("填表说明：姓名必填",),
        (),
        HEADER,
        GOOD,
        (),
        ("", " ", "", ""),
        sheet=merge,
    )
    outcome, _, register = take(work, path)
    assert (outcome.rows, register.rows) == (1, {GOOD[1]: "沈立"})


def test_headers_merged_over_two_rows_are_put_together(tmp_path: Path, work: Work) -> None:
    def merge(worksheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for area in ("A1:A2", "B1:B2", "C1:D1"):
            worksheet.merge_cells(area)

    path = book(
        tmp_path / "a.xlsx", ("姓名", "执业证号", "其他", ""), ("", "", "日期", "电话"), GOOD, sheet=merge
    )
    outcome, _, register = take(work, path)
    assert (outcome.rows, register.rows) == (1, {GOOD[1]: "沈立"})


def test_merged_cells_among_the_rows_are_a_fault_and_not_an_empty_cell(tmp_path: Path, work: Work) -> None:
    def merge(worksheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        worksheet.merge_cells("C2:C3")

    path = book(tmp_path / "a.xlsx", HEADER, GOOD, ("李文", "13101200810000004"), sheet=merge)
    faults: list[RowFault] = []
    with pytest.raises(Rejected):
        intake.run(work, ACTOR, Register().importer(), path, kind="people", report=faults.append)
    assert [(fault.row, fault.rule) for fault in faults] == [(2, "merged-cells"), (3, "merged-cells")]


def test_columns_that_nobody_knows_are_mentioned_and_may_be_mapped(tmp_path: Path, work: Work) -> None:
    path = book(tmp_path / "a.xlsx", ("律师姓名", "执业证号", "星座"), ("沈立", "13101200810000003", "天秤"))
    with pytest.raises(Invalid) as refused:
        take(work, path)
    assert refused.value.rule in ("missing-column", "header-not-found")
    outcome, _, register = take(work, path, mapping={"律师姓名": "name"})
    assert register.rows == {"13101200810000003": "沈立"}
    assert any("星座" in note for note in outcome.notes)
    with pytest.raises(Invalid) as unknown:
        take(work, path, mapping={"律师姓名": "nickname"})
    assert unknown.value.rule == "unknown-field"


BAD = [
    HEADER,
    GOOD,
    ("", "13101200810000005", "", ""),
    ("测试甲", "13101200810000006", "2026/2/30", "02112345678"),
    ("王静", "13101200810000007", "", ""),
]


def test_every_bad_row_is_told_with_row_column_value_and_rule_and_nothing_is_stored(
    tmp_path: Path, work: Work
) -> None:
    faults: list[RowFault] = []
    register = Register()
    with pytest.raises(Rejected) as rejected:
        intake.run(
            work,
            ACTOR,
            register.importer(),
            book(tmp_path / "a.xlsx", *BAD),
            kind="people",
            report=faults.append,
        )
    assert [(fault.row, fault.column, fault.value, fault.rule) for fault in faults] == [
        (3, "姓名（必填）", "", "required"),
        (4, "姓名（必填）", "测试甲", "name-test"),
        (4, "日期", "2026/2/30", "date-range"),
        (4, "电话", "***********", "phone-form"),
    ]
    assert (rejected.value.outcome.rejected, rejected.value.outcome.faults, rejected.value.outcome.rows) == (
        2,
        4,
        4,
    )


def test_the_good_rows_go_in_when_asked_for(tmp_path: Path, work: Work) -> None:
    outcome, faults, register = take(work, book(tmp_path / "a.xlsx", *BAD), accept_good=True)
    assert set(register.rows.values()) == {"沈立", "王静"}
    assert (outcome.new, outcome.rejected, len(faults)) == (2, 2, 4)


def test_a_known_key_with_other_content_is_a_conflict_and_overwrites_nothing(
    tmp_path: Path, work: Work
) -> None:
    path = book(tmp_path / "a.xlsx", HEADER, GOOD)
    _, _, register = take(work, path)
    changed = book(tmp_path / "b.xlsx", HEADER, ("沈丽", GOOD[1], "", ""), ("李文", "13101200810000004"))
    outcome, faults, _ = take(work, changed, register=register, accept_good=True)
    assert [(fault.row, fault.rule) for fault in faults] == [(2, "conflict")]
    assert (register.rows[GOOD[1]], outcome.new, outcome.rejected) == ("沈立", 1, 1)


def test_all_sheets_with_known_headers_are_read_and_the_others_mentioned(tmp_path: Path, work: Work) -> None:
    workbook = openpyxl.Workbook()
    filled: dict[str, list[Sequence[object]]] = {
        "甲": [HEADER, GOOD], "乙": [HEADER, ("李文", "4")], "说明": [("请勿修改",)], "空": [],
    }  # fmt: skip
    for name, rows in filled.items():
        worksheet = workbook.create_sheet(name)
        for row in rows:
            worksheet.append(list(row))
    workbook.save(tmp_path / "a.xlsx")
    outcome, _, register = take(work, tmp_path / "a.xlsx")
    assert set(register.rows.values()) == {"沈立", "李文"}
    assert [note for note in outcome.notes if "说明" in note]


def test_progress_is_told_for_both_steps(tmp_path: Path, work: Work) -> None:
    rows = [(f"张三{n}", str(n)) for n in range(intake.CHUNK + 5)]
    told: list[tuple[str, int, int | None]] = []
    take(work, book(tmp_path / "a.xlsx", HEADER, *rows), progress=lambda *step: told.append(step))
    assert [step for step, *_ in told] == ["check", "check", "store", "store"]
    assert told[-1] == ("store", len(rows), len(rows))


def test_what_a_spreadsheet_leaves_behind_the_table_is_no_row(tmp_path: Path, work: Work) -> None:
    """Real templates have fifty empty columns; deleted rows leave spaces."""
    out = io.StringIO()
    csv.writer(out).writerows([[*HEADER, *[""] * 50], [*GOOD, *[" "] * 50], *[[" "] * 54] * 30])
    (tmp_path / "a.csv").write_text(out.getvalue(), "utf-8")
    outcome, faults, _ = take(work, tmp_path / "a.csv")
    assert (outcome.rows, faults) == (1, [])
