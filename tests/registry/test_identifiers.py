"""Numbers as they come in: parsed to values that say what is wrong with them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from registry.kernel.identifiers import (
    PLACEHOLDER,
    WORDS,
    parse_forensic_appraiser,
    parse_forensic_institution,
    parse_lawyer_licence,
    parse_resident_id,
    parse_uscc,
)

USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize(
    ("written", "kind", "faults", "warnings"),
    [
        ("91110000600037341L", "企业", (), ()),
        (" 9111 0000 6000 3734 1l ", "企业", (), ()),
        ("９１１１００００６０００３７３４１Ｌ", "企业", (), ()),
        ("N11100006000373417", "组级集体经济组织", (), ()),
        ("91110000600037341", "企业", ("length",), ()),
        ("91110000600037341LL", "企业", ("length",), ()),
        ("9111000060003734IL", "企业", ("characters",), ()),
        ("91350211M0000XUF46", "企业", ("checksum",), ()),
        ("9.11100006000373E+17", "", ("precision",), ()),
        (PLACEHOLDER, "", (), ("placeholder",)),
    ],
)
def test_a_credit_code_says_what_it_is_and_what_is_wrong(
    written: str, kind: str, faults: tuple[str, ...], warnings: tuple[str, ...]
) -> None:
    """GB 32100-2015: 18 characters without I O S V Z, a prefix by register, modulus 31."""
    code = parse_uscc(written)
    assert (code.faults, code.warnings) == (faults, warnings)
    assert code.kind == kind or code.faults == ("precision",)


@pytest.mark.parametrize("prefix", ["31", "32", "33", "34", "12", "A1", "N1", "Y1"])
def test_prefixes_of_legal_services_and_letters_are_lawful(prefix: str) -> None:
    """python-stdnum refuses the letters; law firms, notaries, forensic institutions and village collectives exist."""
    body = f"{prefix}3100005MD123456"
    code = parse_uscc(body + uscc.calc_check_digit(body))
    assert code.faults == ()
    assert code.kind


def test_a_code_with_an_unknown_prefix_is_kept_with_a_warning() -> None:
    body = "983100005MD123456"
    assert parse_uscc(body + uscc.calc_check_digit(body)).warnings == ("prefix",)


def test_a_code_issued_with_a_wrong_check_character_is_kept_when_an_authority_says_so() -> None:
    code = parse_uscc("91350211M0000XUF46", authoritative=True)
    assert (code.faults, code.warnings) == ((), ("checksum",))


@given(st.text(USCC_LETTERS, min_size=15, max_size=15), st.integers(0, 17), st.sampled_from(USCC_LETTERS))
def test_one_wrong_character_never_passes(rest: str, place: int, wrong: str) -> None:
    body = "31" + rest
    code = body + uscc.calc_check_digit(body)
    spoilt = code[:place] + wrong + code[place + 1 :]
    assert parse_uscc(code).faults == ()
    assert parse_uscc(spoilt).faults == (() if spoilt == code else ("checksum",))


def test_a_lawyers_number_is_read_and_keeps_its_serial_through_transfer_and_change_of_category() -> None:
    """11102200810000003 moves to Shenzhen as 14403…, becomes part-time as …20000003: the last six stay."""
    beijing = parse_lawyer_licence("11102200810000003")
    assert (beijing.province, beijing.city, beijing.year, beijing.category, beijing.sex) == (
        "11", "02", 2008, "专职", "男",
    )  # fmt: skip
    assert beijing.faults == beijing.warnings == ()
    shenzhen = parse_lawyer_licence("14403200810000003")
    part_time = parse_lawyer_licence("11102200820000003")
    assert (shenzhen.province, part_time.category) == ("44", "兼职")
    assert beijing.serial == shenzhen.serial == part_time.serial == "000003"


@pytest.mark.parametrize(
    ("written", "faults", "warnings"),
    [
        ("13101201911234567", (), ()),
        ("23101201911234567", ("text-kind",), ()),
        ("19901201911234567", ("region",), ()),
        ("13101187011234567", ("year",), ()),
        ("13101201912234567", ("sex",), ()),
        ("13101201901234567", (), ("category",)),
        ("1310120191123456", ("length",), ()),
        ("1310120191123456X", ("characters",), ()),
        ("020810123456", (), ("old-form",)),
    ],
)
def test_a_lawyers_number_that_breaks_its_form_is_named(
    written: str, faults: tuple[str, ...], warnings: tuple[str, ...]
) -> None:
    number = parse_lawyer_licence(written)
    assert (number.faults, number.warnings) == (faults, warnings)
    if faults or warnings == ("old-form",):
        assert number.serial == number.category == ""
        assert (number.year, number.sex) == (None, None)


@pytest.mark.parametrize(
    ("written", "faults", "warnings"),
    [
        ("360426199101010071", (), ()),
        ("11010519491231002x", (), ()),
        ("110105194912310021", ("checksum",), ()),
        ("36042619910101007", ("length",), ()),
        ("36042619910101OO71", ("characters",), ()),
        ("3.60426199101010E+17", ("precision",), ()),
    ],
)
def test_an_identity_number_is_checked(
    written: str, faults: tuple[str, ...], warnings: tuple[str, ...]
) -> None:
    """GB 11643-1999: ISO 7064 MOD 11-2 over 17 digits."""
    number = parse_resident_id(written)
    assert (number.faults, number.warnings) == (faults, warnings)


def test_birthday_and_sex_come_from_the_number_and_an_impossible_day_is_a_fault() -> None:
    number = parse_resident_id("11010519491231002X")
    assert (number.born, number.sex) == (date(1949, 12, 31), "女")
    impossible = "11010519490230002"
    assert parse_resident_id(impossible + ric.calc_check_digit(impossible + "0")).faults == ("date",)


def test_a_region_that_the_tables_do_not_know_is_only_a_warning() -> None:
    """Regions are abolished and renumbered; the numbers of the people born there stay."""
    start = "99010119800101001"
    number = parse_resident_id(start + ric.calc_check_digit(start + "0"))
    assert (number.faults, number.warnings) == ((), ("region",))
    assert number.born == date(1980, 1, 1)


def test_forensic_numbers_of_all_generations() -> None:
    assert parse_forensic_institution("360113012").faults == ()
    assert parse_forensic_institution("4402701").warnings == ("old-form",)
    assert parse_forensic_institution("36011").faults == ("length",)
    assert parse_forensic_institution("36011301A").faults == ("characters",)
    assert parse_forensic_institution("91110000600037341L").faults == ()
    appraiser = parse_forensic_appraiser("360113012029")
    assert (appraiser.faults, appraiser.institution) == ((), "360113012")
    assert parse_forensic_appraiser("36011301202").faults == ("length",)


@given(st.text(max_size=24))
def test_no_text_makes_a_parser_raise_and_every_reason_has_words(text: str) -> None:
    for parse in (
        parse_uscc,
        parse_resident_id,
        parse_lawyer_licence,
        parse_forensic_institution,
        parse_forensic_appraiser,
    ):
        value = parse(text)
        assert set(value.faults + value.warnings) <= set(WORDS)
