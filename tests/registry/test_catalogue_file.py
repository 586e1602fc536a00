"""A catalogue with a mistake is refused when the service starts, with the line; and what its fields take."""

import pytest

from registry.credit import catalogue, catalogue_file
from registry.credit.catalogue_fields import FormField, Value
from registry.roster.cells import CellFault

TEXT = catalogue_file.PATH.read_text("utf-8")
LAWYER = frozenset({"lawyer"})


def line_of(words: str) -> int:
    return TEXT[: TEXT.index(words)].count("\n") + 1


@pytest.mark.parametrize(
    ("mistake", "written", "instead", "heading", "told"),
    [
        ("no permission", 'permission = "credit.record"\n', "", '[[kind]]\ncode = "permit"', "permission"),
        ("an unknown key", "releasable = true", "releasabel = true", '[[kind]]\ncode = "permit"', "releasabel"),
        ("shortest above longest", "[0, 60]", "[61, 60]", '[[kind]]\ncode = "inspection_finding"', "months"),
        ("a type nobody knows", 'type = "area"', 'type = "aera"', '[[kind.field]]\ncode = "XK_NR"', "type"),
        ("choices without choices", 'choices = ["普通", "特许", "认可", "核准", "登记"]\n', "", '[[kind.field]]\ncode = "XK_XKLB"', "choices"),
        ("a summary of a field that is not there", "{sanction}", "{santcion}", '[[kind]]\ncode = "bar_sanction"', "santcion"),
        ("a condition on a later field", 'field = "CF_CFLB", is = ["罚款"]', 'field = "CF_NR", is = ["罚款"]', '[[kind.field]]\ncode = "CF_NR_FK"', "when"),
        ("two kinds of one code", 'code = "delisting"', 'code = "listing"', '[[kind]]\ncode = "delisting"', "above"),
        ("a gap between two regimes", "from = 2026-04-01", "from = 2026-04-02", '[[regime]]\ntitle = "信用修复管理办法（国家发展改革委令第36号）"', "day after"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(
    mistake: str, written: str, instead: str, heading: str, told: str
) -> None:
    assert written in TEXT
    with pytest.raises(catalogue_file.CatalogueInvalid) as refused:
        catalogue_file.read(TEXT.replace(written, instead, 1))
    [fault, *_] = refused.value.faults
    line = line_of(heading)
    assert fault.startswith(f"catalogue.toml:{line}: "), f"{mistake}: {fault}"
    assert any(told in fault for fault in refused.value.faults), refused.value.faults


def test_what_is_no_toml_is_named_with_its_line() -> None:
    with pytest.raises(catalogue_file.CatalogueInvalid) as refused:
        catalogue_file.read(TEXT.replace('version = "', "version = ", 1))
    assert f"at line {line_of('version =')}" in refused.value.faults[0]


def test_the_catalogue_has_a_version_and_offers_each_profession_its_kinds() -> None:
    assert catalogue.VERSION
    lawyers = [kind.code for kind in catalogue.offered("practitioner", LAWYER)]
    appraisers = [kind.code for kind in catalogue.offered("practitioner", frozenset({"forensic_appraiser"}))]
    assert {"penalty", "award", "bar_sanction", "legal_aid", "annual_assessment"} <= set(lawyers)
    assert "court_appearance" in appraisers
    assert "court_appearance" not in lawyers
    assert "listing" not in lawyers + appraisers


def field(kind: str, code: str) -> FormField:
    return next(one for one in catalogue.kind(kind).fields if one.code == code)


@pytest.mark.parametrize(
    ("kind", "code", "typed", "value"),
    [
        ("pro_bono", "hours", ["12.5"], 12.5),
        ("pro_bono", "hours", ["１２"], 12),
        ("penalty", "CF_NR_FK", ["5,000元"], "5000"),
        ("penalty", "CF_YXQ", ["长期"], "2099-12-31"),
        ("penalty", "conduct_on", ["2026年3月1日"], "2026-03-01"),
        ("penalty", "CF_CFLB", ["警告", "罚款"], ["警告", "罚款"]),
        ("annual_assessment", "grade", ["称职"], "称职"),
        ("award", "title", ["  "], None),
    ],
)
def test_a_field_reads_what_people_type(kind: str, code: str, typed: list[str], value: Value | None) -> None:
    assert field(kind, code).read(typed, LAWYER) == value


@pytest.mark.parametrize(
    ("kind", "code", "typed", "rule"),
    [
        ("pro_bono", "hours", ["0"], "number-range"),
        ("pro_bono", "hours", ["1e9"], "number-range"),
        ("pro_bono", "hours", ["两小时"], "number-form"),
        ("pro_bono", "hours", ["NaN"], "number-form"),
        ("penalty", "CF_NR_FK", ["100.005"], "number-form"),
        ("penalty", "CF_CFLB", ["警告", "枪毙"], "enum"),
        ("annual_assessment", "grade", ["合格"], "enum"),
        ("award", "title", ["长" * 201], "too-long"),
    ],
)
def test_a_field_refuses_what_makes_no_sense(kind: str, code: str, typed: list[str], rule: str) -> None:
    with pytest.raises(CellFault) as refused:
        field(kind, code).read(typed, LAWYER)
    assert refused.value.rule == rule
