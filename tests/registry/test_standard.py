"""Rows of double publicity in every layout that clerks get, and what is wrong with them."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.credit.checks import Kind
from registry.credit.columns import FIELDS, PUBLIC, RESTRICTED, STANDARD
from registry.credit.layouts import LAYOUTS
from registry.credit.standard import Parsed, missing_for_platform, read_row
from registry.credit.words import penalty_kinds, read_amount
from registry.roster.cells import CellFault, header_name, match_name, read_date, read_name, read_text
from registry.roster.layout import Layout, recognise

TEMPLATES = Path(__file__).parents[1] / "golden" / "templates"
USCC = "91110000600037341L"
PERSON = "360426199101010071"

SHEETS_2018 = {
    "permit-2018-organisation": "MC SHXYM GSZC ZZJG SWDJ SYDW SHZZ FRDB FR_SFZH XKWS WSH XKLB XKZS XKBH NR JDRQ YXQZ YXQZI "
    "XKJG XKJGDM ZT LYDW LYDWDM BZ",
    "permit-2018-person": "MC ZJLX ZJHM XKWS WSH XKLB XKZS XKBH NR JDRQ YXQZ YXQZI XKJG XKJGDM ZT LYDW LYDWDM BZ",
    "penalty-2018-organisation": "MC SHXYM GSZC ZZJG SWDJ SYDW SHZZ FRDB FR_SFZH WSH WFXW SY YJ CFLB NR NR_FK NR_WFFF NR_ZKDX "
    "JDRQ YXQ GSJZQ CFJG CFJGDM SJLY SJLYDM BZ",
    "penalty-2018-person": "MC ZJLX ZJHM WSH WFXW SY YJ CFLB NR NR_FK NR_WFFF NR_ZKDX JDRQ YXQ GSJZQ CFJG CFJGDM SJLY SJLYDM BZ",
}  # fmt: skip
SHEETS_2015 = {
    "permit-2015": "XK_WSH XK_XMMC XK_SPLB XK_NR XK_XDR XK_XDR_SHXYM XK_XDR_ZDM XK_XDR_GSDJ XK_XDR_SWDJ XK_XDR_SFZ XK_FR XK_JDRQ "
    "XK_JZQ XK_XZJG XK_ZT DFBM SJC BZ",
    "penalty-2015": "CF_WSH CF_CFMC CF_CFLB1 CF_CFLB2 CF_SY CF_YJ CF_XDR_MC CF_XDR_SHXYM CF_XDR_ZDM CF_XDR_GSDJ CF_XDR_SWDJ "
    "CF_XDR_SFZ CF_FR CF_JG CF_JDRQ CF_XZJG CF_ZT DFBM SJC BZ",
}  # fmt: skip


def _layout(name: str) -> Layout:
    return next(layout for layouts in LAYOUTS.values() for layout in layouts if layout.name == name)


def _coded(prefix: str, shorts: str) -> list[str]:
    subject = {"MC", "LB", "SHXYM", "GSZC", "ZZJG", "SWDJ", "SYDW", "SHZZ", "ZJLX", "ZJHM"}
    return [
        "BZ" if short == "BZ" else f"{prefix}_XDR_{short}" if short in subject else f"{prefix}_{short}"
        for short in shorts.split()
    ]


def _template_headers(name: str) -> list[str]:
    sheet = openpyxl.load_workbook(TEMPLATES / f"{name}.xlsx").worksheets[0]
    return [str(cell.value) for cell in sheet[1] if cell.value]


@pytest.mark.parametrize("kind", ["permit", "penalty"])
@pytest.mark.parametrize("subject", ["organisation", "person"])
def test_the_county_templates_are_known_column_for_column(kind: str, subject: str) -> None:
    headers = _template_headers(f"{kind}-{subject}")
    found = recognise(headers, LAYOUTS[kind])
    assert found is not None
    assert found.layout.name == f"template-{kind}-{subject}"
    assert list(found.places.values()) == list(range(len(headers)))
    assert [column.field for column in found.layout.columns] == list(found.places)
    assert (found.missing, found.unknown, found.repeated) == ((), (), ())


@pytest.mark.parametrize(("name", "shorts"), SHEETS_2018.items())
@pytest.mark.parametrize("by", ["code", "title"])
def test_the_four_sheets_of_2018_are_known_by_code_and_by_name(name: str, shorts: str, by: str) -> None:
    kind = name.partition("-")[0]
    codes = _coded("XK" if kind == "permit" else "CF", shorts)
    layout = _layout(name)
    headers = codes if by == "code" else [column.titles[0] for column in layout.columns]
    found = recognise(headers, LAYOUTS[kind])
    assert found is not None
    assert found.layout.name == name
    assert list(found.places.values()) == list(range(len(codes)))
    assert len(codes) == {"permit-2018-organisation": 24, "permit-2018-person": 18}.get(name) or len(
        codes
    ) in (26, 20)


@pytest.mark.parametrize("kind", ["permit", "penalty"])
def test_the_whole_tables_of_2018_are_known(kind: str) -> None:
    """发改办财金〔2018〕424号: 28 columns of permits, 30 of penalties."""
    found = recognise([field.code for field in STANDARD[kind]], LAYOUTS[kind])
    assert found is not None
    assert found.layout.name == f"{kind}-2018"
    assert len(found.places) == {"permit": 28, "penalty": 30}[kind]


@pytest.mark.parametrize(("name", "codes"), SHEETS_2015.items())
def test_the_columns_of_2015_are_known(name: str, codes: str) -> None:
    found = recognise(codes.split(), LAYOUTS[name.partition("-")[0]])
    assert found is not None
    assert found.layout.name == name
    assert found.unknown == ()


@pytest.mark.parametrize(
    "written",
    [
        "行政相对人（必填）",
        "行政相对人(必填)",
        "行政相对人：必填",
        "行政相对人:必填",
        "＊行政相对人",
        "行政 相对人 ",
        "\ufeff行政相对人\n（必填）",
    ],
)
def test_a_header_is_what_stands_before_its_first_bracket_or_colon(written: str) -> None:
    assert header_name(written) == header_name("行政相对人")


def test_a_header_is_also_its_code_in_any_case_and_width() -> None:
    assert header_name("ＸＫ＿ＸＤＲ＿ＭＣ") == header_name("xk_xdr_mc") == header_name("XK_XDR_MC")


def test_a_sheet_without_a_required_column_names_it() -> None:
    codes = [code for code in _coded("XK", SHEETS_2018["permit-2018-organisation"]) if code != "XK_WSH"]
    found = recognise(codes, LAYOUTS["permit"])
    assert found is not None
    assert [column.field for column in found.missing] == ["XK_WSH"]


def penalty(**changes: str) -> dict[str, str]:
    """A row of the county template for organisations."""
    row = {
        "CF_XDR_MC": "上海明衡律师事务所", "CF_XDR_SHXYM": USCC, "CF_FRDB": "沈立", "CF_FR_ZJLX": "身份证",
        "CF_FR_ZJHM": PERSON, "CF_CFMC": "未按规定统一收费", "CF_WSH": "沪司罚决字〔2026〕第12号", "CF_JDRQ": "2026/05/08",
        "CF_CFJG": "上海市司法局", "CF_CFLB1": "警告", "CF_CFLB2": "罚款", "CF_SY": "私自收费", "CF_YJ": "律师法第五十条",
        "CF_NR": "警告，罚款二千元", "CF_SYFW": "公示", "CF_CFDJ": "较重", "CF_ZT": "正常", "CF_NR_FK": "0.2",
    }  # fmt: skip
    return {**row, **changes}


def permit_2018(**changes: str) -> dict[str, str]:
    """A row of the 28 columns of 2018 for an organisation."""
    row = {
        "XK_XDR_MC": "上海明衡律师事务所", "XK_XDR_LB": "法人及非法人组织", "XK_XDR_SHXYM": USCC, "XK_FRDB": "沈立",
        "XK_XKWS": "准予行政许可决定书", "XK_WSH": "沪司许决字〔2026〕第3号", "XK_XKLB": "普通", "XK_NR": "准予设立",
        "XK_JDRQ": "2026/05/08", "XK_YXQZ": "2026/05/08", "XK_YXQZI": "长期", "XK_XKJG": "上海市司法局",
        "XK_XKJGDM": USCC, "XK_ZT": "1", "XK_LYDW": "上海市司法局", "XK_LYDWDM": USCC,
    }  # fmt: skip
    return {**row, **changes}


def penalty_2018(**changes: str) -> dict[str, str]:
    row = {
        "CF_XDR_MC": "李文", "CF_XDR_ZJLX": "身份证", "CF_XDR_ZJHM": PERSON, "CF_WSH": "沪司罚决字〔2026〕第13号",
        "CF_WFXW": "私自收费", "CF_SY": "私自收费", "CF_YJ": "律师法第四十八条", "CF_CFLB": "警告", "CF_NR": "警告",
        "CF_JDRQ": "2026-05-08", "CF_YXQ": "2026-05-08", "CF_CFJG": "上海市司法局", "CF_CFJGDM": USCC,
        "CF_SJLY": "上海市司法局", "CF_SJLYDM": USCC,
    }  # fmt: skip
    return {**row, **changes}


def _rules(parsed: Parsed) -> set[tuple[str, str]]:
    return {(code, rule) for code, rule, _ in parsed.faults}


def test_a_row_of_the_template_becomes_columns_of_2018_and_says_what_the_platform_misses() -> None:
    """The template has no kind of subject and no 处罚有效期: that is work to do, not a bad row."""
    row = read_row(_layout("template-penalty-organisation"), penalty())
    assert row.faults == ()
    assert row.columns["CF_CFLB"] == "警告;罚款"
    assert row.columns["CF_JDRQ"] == "2026-05-08"
    assert row.columns["CF_NR_FK"] == "0.200000"
    assert row.restricted == {"CF_FR_ZJLX": "身份证", "CF_FR_ZJHM": PERSON}
    assert {"CF_XDR_LB", "CF_YXQ", "CF_CFJGDM"} <= set(row.missing_for_platform)
    assert (row.scope, row.state, row.form) == ("公示", "有效", "organisation")


def test_a_whole_row_of_2018_lacks_nothing() -> None:
    row = read_row(_layout("permit-2018"), permit_2018())
    assert (row.faults, row.missing_for_platform) == ((), ())
    assert row.columns["XK_YXQZI"] == "2099-12-31"


@pytest.mark.parametrize("kind", ["permit", "penalty"])
def test_numbers_of_identity_papers_are_never_public(kind: str) -> None:
    assert not PUBLIC[kind] & RESTRICTED
    assert not [code for code in PUBLIC[kind] if code.endswith(("ZJLX", "ZJHM"))]


@pytest.mark.parametrize(
    ("rule", "column", "changes"),
    [
        ("required", "CF_CFMC", {"CF_CFMC": "无"}),
        ("required", "CF_WSH", {"CF_WSH": ""}),
        ("name-test", "CF_XDR_MC", {"CF_XDR_MC": "测试律师事务所"}),
        ("name-masked", "CF_XDR_MC", {"CF_XDR_MC": "张**"}),
        ("name-short", "CF_XDR_MC", {"CF_XDR_MC": "张"}),
        ("subject-code-missing", "CF_XDR_SHXYM", {"CF_XDR_SHXYM": "未办"}),
        ("uscc-length", "CF_XDR_SHXYM", {"CF_XDR_SHXYM": USCC[:17]}),
        ("uscc-characters", "CF_XDR_SHXYM", {"CF_XDR_SHXYM": "9111000060003734IL"}),
        ("number-precision", "CF_FR_ZJHM", {"CF_FR_ZJHM": "3.60426199101010E+17"}),
        ("id-checksum", "CF_FR_ZJHM", {"CF_FR_ZJHM": "360426199101010072"}),
        ("enum", "CF_FR_ZJLX", {"CF_FR_ZJLX": "工作证"}),
        ("date-form", "CF_JDRQ", {"CF_JDRQ": "去年五月"}),
        ("date-form", "CF_JDRQ", {"CF_JDRQ": "长期"}),
        ("date-range", "CF_JDRQ", {"CF_JDRQ": "2026/02/30"}),
        ("date-order", "CF_GSJZQ", {"CF_GSJZQ": "2026/05/07"}),
        ("enum", "CF_SYFW", {"CF_SYFW": "随便"}),
        ("enum", "CF_CFDJ", {"CF_CFDJ": "特别严重"}),
        ("enum", "CF_ZT", {"CF_ZT": "4"}),
        ("required-if", "BZ", {"CF_ZT": "其他"}),
        ("amount-form", "CF_NR_FK", {"CF_NR_FK": "贰仟"}),
        ("amount-range", "CF_NR_FK", {"CF_NR_FK": "20000"}),
        ("too-long", "CF_WSH", {"CF_WSH": "字" * 65}),
        ("code-length", "CF_XDR_GSZC", {"CF_XDR_SHXYM": "", "CF_XDR_GSZC": "3101"}),
        ("required-if", "CF_XDR_GSZC", {"CF_XDR_SHXYM": "0" * 17 + "X"}),
    ],
)
def test_each_rule_of_a_template_row_is_named(rule: str, column: str, changes: dict[str, str]) -> None:
    row = read_row(_layout("template-penalty-organisation"), penalty(**changes))
    assert (column, rule) in _rules(row)
    assert all(message for *_, message in row.faults)


@pytest.mark.parametrize(
    ("rule", "column", "changes"),
    [
        ("required-if", "XK_FRDB", {"XK_FRDB": ""}),
        ("enum", "XK_XDR_LB", {"XK_XDR_LB": "公司"}),
        ("enum", "XK_XKLB", {"XK_XKLB": "其他"}),
        ("enum", "XK_ZT", {"XK_ZT": "3"}),
        ("date-order", "XK_YXQZI", {"XK_YXQZI": "2026/05/07"}),
        ("uscc-checksum", "XK_XKJGDM", {"XK_XKJGDM": "91350211M0000XUF46"}),
        (
            "blank-for-person",
            "XK_XDR_SHXYM",
            {"XK_XDR_LB": "自然人", "XK_XDR_ZJLX": "身份证", "XK_XDR_ZJHM": PERSON},
        ),
        ("required-person", "XK_XDR_ZJHM", {"XK_XDR_LB": "自然人", "XK_XDR_SHXYM": ""}),
    ],
)
def test_each_rule_of_the_2018_table_is_named(rule: str, column: str, changes: dict[str, str]) -> None:
    assert (column, rule) in _rules(read_row(_layout("permit-2018"), permit_2018(**changes)))


@pytest.mark.parametrize(
    ("kinds", "column"),
    [("警告；罚款", "CF_NR_FK"), ("没收违法所得", "CF_NR_WFFF"), ("吊销执业证书", "CF_NR_ZKDX")],
)
def test_a_penalty_of_2018_brings_its_amount_or_certificate(kinds: str, column: str) -> None:
    """发改办财金〔2018〕424号: 罚款金额 with 罚款, the amount with 没收, the certificate with 暂扣、吊销."""
    layout = _layout("penalty-2018-person")
    assert (column, "required-if") in _rules(read_row(layout, penalty_2018(CF_CFLB=kinds)))
    filled = read_row(layout, penalty_2018(CF_CFLB=kinds, **{column: "0.2"}))
    assert filled.faults == ()


def test_a_credit_code_with_a_wrong_check_character_is_a_question_for_the_register() -> None:
    row = read_row(_layout("template-penalty-organisation"), penalty(CF_XDR_SHXYM="91350211M0000XUF46"))
    assert row.faults == ()
    assert [rule for _, rule, _ in row.warnings] == ["uscc-checksum"]


def test_a_row_of_2015_is_translated() -> None:
    """Identity number, name of the case, two kinds of penalty and the digit of the state."""
    row = read_row(
        _layout("penalty-2015"),
        {
            "CF_WSH": "沪司罚决字[2016]第1号", "CF_CFMC": "私自收费案", "CF_CFLB1": "警告", "CF_CFLB2": "没收违法所得",
            "CF_XDR_MC": "李文", "CF_XDR_ZJHM": PERSON, "CF_NR": "警告", "CF_JDRQ": "2016.5.8", "CF_CFJG": "上海市司法局",
            "CF_ZT": "1",
        },
    )  # fmt: skip
    assert row.faults == ()
    assert (row.form, row.state, row.columns["CF_WFXW"]) == ("person", "撤销", "私自收费案")
    assert row.columns["CF_CFLB"] == "警告;没收违法所得"
    assert row.restricted == {"CF_XDR_ZJLX": "身份证", "CF_XDR_ZJHM": PERSON}
    assert row.resident_id == PERSON


@pytest.mark.parametrize(
    ("layout", "written", "state", "kept"),
    [
        ("template-permit-person", "正常", "有效", "1"),
        ("template-permit-person", "撤销", "撤销", "2"),
        ("template-permit-person", "2", "异议", "1"),
        ("permit-2018-person", "1", "有效", "1"),
        ("permit-2018-person", "2", "撤销", "2"),
    ],
)
def test_the_same_digit_means_another_state_in_2015_and_in_2018(
    layout: str, written: str, state: str, kept: str
) -> None:
    """2015: 0 正常 1 撤销 2 异议 3 其他; 2018: 1 有效 2 无效."""
    row = read_row(_layout(layout), {"XK_ZT": written})
    assert (row.state, row.columns["XK_ZT"]) == (state, kept)


def test_spelling_makes_no_second_record() -> None:
    layout = _layout("template-penalty-organisation")
    first = read_row(layout, penalty(CF_XDR_MC="上海明衡（浦东）律师事务所"))
    second = read_row(
        layout,
        penalty(
            CF_XDR_MC="上海明衡(浦东) 律师事务所", CF_WSH="沪司罚决字[2026]第12号", CF_JDRQ="2026年5月8日"
        ),
    )
    assert first.natural_key == second.natural_key
    assert first.natural_key != read_row(layout, penalty(CF_WSH="沪司罚决字〔2026〕第14号")).natural_key


@pytest.mark.parametrize(
    ("written", "day", "end"),
    [
        ("2026-03-01", "2026-03-01", "2026-03-01"),
        ("2026-03-01 08:30", "2026-03-01", "2026-03-01"),
        ("2026-03-01 08:30:00.0", "2026-03-01", "2026-03-01"),
        ("2026/3/1", "2026-03-01", "2026-03-01"),
        ("2026.03.01", "2026-03-01", "2026-03-01"),
        ("2026.02", "2026-02-01", "2026-02-28"),
        ("2026年3月1日", "2026-03-01", "2026-03-01"),
        ("20260301", "2026-03-01", "2026-03-01"),
        ("26.3.1", "2026-03-01", "2026-03-01"),
        ("99-12-31", "1999-12-31", "1999-12-31"),
        ("46082", "2026-03-01", "2026-03-01"),
        ("46082.0", "2026-03-01", "2026-03-01"),
        ("２０２６／３／１", "2026-03-01", "2026-03-01"),
        ("/", "", ""),
        ("　空 ", "", ""),
        ("无", "", ""),
        ("长期", None, "2099-12-31"),
        ("9999/12/31", None, "2099-12-31"),
        ("2099/12/31", "2099-12-31", "2099-12-31"),
        ("2026.1", None, None),
        ("03/04/2026", None, None),
        ("2026-13-01", None, None),
        ("26.3", None, None),
    ],
)
def test_dates_in_every_form_of_real_feeds(written: str, day: str | None, end: str | None) -> None:
    for expected, is_end in ((day, False), (end, True)):
        if expected is None:
            with pytest.raises(CellFault):
                read_date(written, end=is_end)
        else:
            assert read_date(written, end=is_end) == expected


@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_is_read_the_same_in_all_its_forms(day: date) -> None:
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%Y-%m-%d 00:00:00"):
        assert read_date(format(day, form)) == str(day)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("0.2", "0.200000"), ("2,000.5", "2000.500000"), ("２", "2.000000"), ("0.2万元", "0.200000"), ("2000元", "0.200000"),
        ("0.30000000000000004", "0.300000"), ("0", "0.000000"), ("", ""), ("无", ""), ("--", ""),
    ],
)  # fmt: skip
def test_amounts_are_ten_thousand_yuan_with_six_decimals(written: str, amount: str) -> None:
    assert read_amount(written) == amount


@pytest.mark.parametrize("written", ["-1", "1e30", "NaN", "Infinity", "0.0000001", "1.2.3", "万元"])
def test_amounts_that_cannot_be_are_refused(written: str) -> None:
    with pytest.raises(CellFault):
        read_amount(written)


@pytest.mark.parametrize(
    "written", ["", "/", "\\", "-", "——", "空", "无", "暂无", "未办", "零", "NULL", "　", "\u200b", "N/A"]
)
def test_words_for_nothing_are_nothing(written: str) -> None:
    assert read_text(written) == ""


def test_text_keeps_its_punctuation_and_loses_what_cannot_be_seen() -> None:
    assert (
        read_text(" \ufeff《律师法》第四十七条（一）：\u200b警告\u3000") == "《律师法》第四十七条（一）：警告"
    )


def test_several_kinds_of_penalty_in_one_cell_are_told_apart() -> None:
    assert penalty_kinds("警告；罚款、没收违法所得,罚款") == ("警告", "罚款", "没收违法所得")
    assert penalty_kinds("其他—责令改正") == ("其他-责令改正",)


@pytest.mark.parametrize(("kind", "columns"), [("permit", {}), ("penalty", {})])
def test_what_the_platform_wants_is_named_in_the_order_of_its_table(
    kind: Kind, columns: dict[str, str]
) -> None:
    missing = missing_for_platform(kind, columns)
    order = [field.code for field in STANDARD[kind]]
    assert list(missing) == sorted(missing, key=order.index)
    assert {field.code for field in STANDARD[kind] if field.need == "must"} <= set(missing)


def test_an_unusual_kind_of_permit_is_work_for_the_platform_in_a_template() -> None:
    cells = {"XK_XDR_MC": "李文", "XK_XDR_ZJLX": "身份证", "XK_XDR_ZJHM": PERSON, "XK_XKLB": "换证", "XK_XMMC": "律师执业",
             "XK_WSH": "沪司许〔2026〕1号", "XK_NR": "准予", "XK_XKJG": "上海市司法局", "XK_JDRQ": "2026/1/5", "XK_SYFW": "公示",
             "XK_ZT": "正常"}  # fmt: skip
    row = read_row(_layout("template-permit-person"), cells)
    assert row.faults == ()
    assert "XK_XKLB" in row.missing_for_platform
    assert (
        "XK_XKLB"
        not in read_row(
            _layout("template-permit-person"), {**cells, "XK_XKLB": "普通许可"}
        ).missing_for_platform
    )


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=40)))
def test_no_cell_makes_reading_raise(cells: dict[str, str]) -> None:
    layouts: Iterable[Layout] = (layout for layouts in LAYOUTS.values() for layout in layouts)
    for layout in layouts:
        row = read_row(layout, cells)
        assert not RESTRICTED & set(row.columns)
        assert set(row.restricted) <= RESTRICTED


@given(st.text(max_size=30))
def test_names_are_compared_in_a_form_that_stays_itself(name: str) -> None:
    assert match_name(match_name(name)) == match_name(name)
    try:
        read = read_name(name)
    except CellFault:
        return
    assert read_text(read) == read
