"""The pure rules of the lists: what an entry must hold, which law a text cites, in which tier a penalty lies, what changed."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publicity.catalogue.citations import Citation, citations, number
from publicity.catalogue.compare import changes
from publicity.catalogue.schema import SCHEMAS, SchemaInvalid, cleaned, faults, faults_between, read
from publicity.catalogue.tiers import read_tiers, tier_of
from publicity.catalogue.uses import power_of, powers
from registry.roster.cells import CellFault
from seed.catalogue import shipped
from tests.publicity.catalogues import GUIDE, MINOR, PERMIT, POWER, ROW, SMALL, clean


@pytest.mark.parametrize("listing", SMALL)
def test_the_small_entries_are_valid(listing: str) -> None:
    assert [faults(SCHEMAS[listing], entry) for entry in clean(listing, *SMALL[listing])] == [
        [] for _ in SMALL[listing]
    ]


@pytest.mark.parametrize("listing", SCHEMAS)
def test_the_shipped_lists_keep_their_own_rules(listing: str) -> None:
    schema, entries = SCHEMAS[listing], shipped(listing)
    known = {"powers": [entry["code"] for entry in shipped("powers")]}
    assert [fault for entry in entries for fault in faults(schema, entry)] == []
    assert list(faults_between(schema, entries, known)) == []


@pytest.mark.parametrize(
    ("listing", "entry", "field", "text", "rule"),
    [
        ("powers", POWER, "code", "", "required"),
        ("powers", POWER, "code", "第一项", "bad-code"),
        ("powers", POWER, "kind", "行政强制执行", "unknown-choice"),
        ("powers", POWER, "basis", "《中华人民共和国律师法》", "basis-without-article"),
        ("powers", POWER, "basis", "国办发〔2015〕51号", "basis-without-article"),
        ("powers", POWER, "basis", "《律师法》第五十条\n有关规定", "basis-without-article"),
        ("powers", POWER, "tiers", "较轻档｜警告", "tier-parts"),
        ("powers", POWER, "tiers", "较轻档｜一｜二\n较轻档｜三｜四", "tier-name"),
        ("powers", POWER, "tiers", "较轻档｜一｜二｜罚款 5-1", "tier-match"),
        ("powers", POWER, "tiers", "较轻档｜一｜二｜罚款若干?", "tier-match"),
        ("powers", POWER, "name", "长" * 201, "too-long"),
        ("powers", POWER, "procedure", "长" * 4001, "too-long"),
        ("no-penalty", MINOR, "basis", "行政处罚法", "basis-without-article"),
        ("no-penalty", MINOR, "measures", "", "required"),
        ("disclosure", ROW, "basis", "有关文件", "basis-without-article"),
        ("disclosure", ROW, "link", "https://elsewhere.example/", "bad-link"),
        ("disclosure", ROW, "link", "//elsewhere.example/", "bad-link"),
        ("disclosure", ROW, "link", "", "required"),
        ("disclosure", ROW, "method", "不公开", "unknown-choice"),
        ("guides", GUIDE, "promised_limit", "30 个工作日", "promise-longer"),
        ("guides", GUIDE, "fee", "无", "required"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_told_which(
    listing: str, entry: dict[str, str], field: str, text: str, rule: str
) -> None:
    schema = SCHEMAS[listing]
    found = faults(schema, cleaned(schema, {**entry, field: text}))
    assert [(fault.path, fault.rule) for fault in found] == [(field, rule)]


def test_what_is_on_request_alone_needs_no_place_on_the_site() -> None:
    schema = SCHEMAS["disclosure"]
    assert faults(schema, cleaned(schema, {**ROW, "method": "依申请公开", "link": ""})) == []


def test_entries_are_held_against_each_other_and_against_the_list_that_they_name() -> None:
    entries = clean("no-penalty", MINOR, MINOR, {**MINOR, "code": "BF-02", "power": "CF-01、CF-99"})
    found = [
        (fault.path, fault.rule)
        for fault in faults_between(SCHEMAS["no-penalty"], entries, {"powers": {"CF-01"}})
    ]
    assert found == [("BF-01", "repeated-code"), ("BF-02", "unknown-reference")]


@given(st.lists(st.text(alphabet="甲乙 \t\n\r=+'-@第一条法《》x1", max_size=12), min_size=20, max_size=20))
def test_cleaning_twice_is_cleaning_once(texts: list[str]) -> None:
    for schema in SCHEMAS.values():
        once = cleaned(schema, dict(zip((column.field for column in schema.columns), texts, strict=False)))
        # Our own CSV puts one apostrophe before a formula; a text that bears two loses one at a time.
        again = cleaned(schema, once)
        assert {field: text for field, text in again.items() if not once[field].startswith("'")} == {
            field: text for field, text in once.items() if not once[field].startswith("'")
        }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("《中华人民共和国律师法》第五十条第一款第（一）项", [Citation("律师法", 50, None, 1, 1)]),
        ("律师法第五十条第一款第（一）项", [Citation("律师法", 50, None, 1, 1)]),
        (
            "《律师法》第四十七条、第四十八条第(三)项",
            [Citation("律师法", 47), Citation("律师法", 48, item=3)],
        ),
        ("其行为违反了律师法第48条", [Citation("律师法", 48)]),
        ("《刑法》第二百八十七条之一", [Citation("刑法", 287, 1)]),
        ("《行政处罚法（2021修订）》第三十三条", [Citation("行政处罚法", 33)]),
        ("第三十三条", []),
        ("《律师法》", []),
        ("", []),
    ],
)
def test_citations_are_read_as_offices_write_them(text: str, expected: list[Citation]) -> None:
    assert list(citations(text)) == expected


def test_numbers_of_articles() -> None:
    given_numbers = ("一", "十", "十二", "二十", "四十七", "一百零三", "二百八十七", "48", "４８", "", "甲")
    assert [number(text) for text in given_numbers] == [1, 10, 12, 20, 47, 103, 287, 48, 48, None, None]


@given(st.integers(0, 60_000))
@example(10_000)
@example(50_000)
def test_a_fine_lies_in_the_heaviest_tier_that_it_reaches(yuan: int) -> None:
    """行政处罚法第三十四条: the ranges of a benchmark adjoin, and a fine on their border belongs to the heavier."""
    tiers = read_tiers(POWER["tiers"])
    fine = Decimal(yuan) / 10_000
    expected = "较轻档" if yuan < 10_000 else "中间档" if yuan <= 50_000 else None
    assert tier_of(tiers, {"CF_CFLB": "警告;罚款", "CF_NR_FK": f"{fine:.6f}"}) == expected


@pytest.mark.parametrize(
    ("columns", "tier"),
    [
        ({"CF_CFLB": "责令停产停业；罚款", "CF_NR_FK": "0.5"}, "较重档"),
        ({"CF_CFLB": "罚款"}, None),
        ({"CF_CFLB": "罚款", "CF_NR_FK": "若干"}, None),
        ({"CF_CFLB": "吊销许可证件"}, None),
        ({}, None),
    ],
)
def test_a_penalty_that_fits_no_tier_is_put_into_none(columns: dict[str, str], tier: str | None) -> None:
    assert tier_of(read_tiers(POWER["tiers"]), columns) == tier


def test_a_tier_without_means_to_recognise_it_takes_nothing() -> None:
    assert tier_of(read_tiers("较轻档｜一｜警告"), {"CF_CFLB": "警告"}) is None
    with pytest.raises(CellFault):
        read_tiers("较轻档｜一")


def penalty(basis: str) -> dict[str, object]:
    return {"columns": {"CF_YJ": basis, "CF_CFLB": "罚款", "CF_NR_FK": "2"}, "title": "罚款"}


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("penalty", penalty("律师法第五十条第一款第（一）项"), ("CF-01", "中间档")),
        ("penalty", penalty("律师法第五十条第一款第（八）项"), ("CF-08", None)),
        ("penalty", penalty("公证法第四十二条"), (None, None)),
        ("permit", {"columns": {"XK_XKZS": "律师执业证"}, "title": "准予"}, ("XK-01", None)),
        ("permit", {"columns": {"XK_XKZS": "公证员执业证"}, "title": "准予"}, (None, None)),
        ("permit", penalty("律师法第五十条"), (None, None)),
    ],
)
def test_a_decision_belongs_to_the_most_exact_power_of_its_kind(
    kind: str, body: dict[str, object], expected: tuple[str | None, str | None]
) -> None:
    exact = {**POWER, "code": "CF-08", "basis": "《律师法》第五十条第一款第（八）项", "tiers": ""}
    assert power_of(powers(clean("powers", POWER, exact, PERMIT)), kind, body) == expected


def test_changes_name_what_came_what_went_and_what_reads_otherwise() -> None:
    schema = SCHEMAS["guides"]
    old = clean("guides", GUIDE, {**GUIDE, "code": "ZN-02"})
    new = clean("guides", {**GUIDE, "promised_limit": "15 个工作日"}, {**GUIDE, "code": "ZN-03"})
    found = changes(schema, old, new)
    assert [(change.what, change.code) for change in found] == [
        ("changed", "ZN-01"),
        ("removed", "ZN-02"),
        ("added", "ZN-03"),
    ]
    [field] = found[0].fields
    assert field.title == "承诺时限"
    assert field.pieces == [("gone", "10"), ("new", "15"), ("same", " 个工作日")]


def test_a_schema_that_contradicts_itself_is_refused() -> None:
    table = '[[list]]\ncode="a"\ntitle="a"\nlede="a"\nbasis="a"\n'
    column = '[[list.column]]\nfield="{}"\ntitle="x"\nform="{}"\n'
    for wrong in (
        table + column.format("code", "code"),
        table + column.format("code", "code") + column.format("name", "tale"),
        table + column.format("code", "code") + column.format("name", "line") + column.format("x", "ref"),
        table + column.format("code", "code") + column.format("name", "choice"),
    ):
        with pytest.raises(SchemaInvalid):
            read(wrong)
