"""Penalties held against their articles, one table a law: who may decide, which kinds, how much, and what repetition brings."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.credit import penalties
from registry.credit.statutes import Penalty, check, consequences
from registry.credit.statutes_table import STATUTES, article, articles_for

DAY = date(2026, 11, 20)
GRAVE, GRAVEST = 2, 3


def penalty(article: str | None, subject: str, *measures: str, **more: Any) -> Penalty:
    for name in ("fine", "gain", "months"):
        if name in more:
            more[name] = Decimal(str(more[name]))
    given = {"level": "city", "gravity": 1, "decided_on": DAY, **more}
    return Penalty(
        article=article,
        subjects=frozenset({subject}),
        measures=frozenset(measures),  # type: ignore[arg-type]
        **given,
    )


def rules(one: Penalty, *history: Penalty, on: date | None = None) -> list[str]:
    return [breach.rule for breach in check(one, history, on or one.decided_on)]


LAWYERS = [
    ("47：警告，五千元以下", penalty("lawyers.47", "lawyer", "warn", "fine", fine=5000), []),
    ("47：五千元以上一分", penalty("lawyers.47", "lawyer", "warn", "fine", fine="5000.01"), ["fine-range"]),
    ("47：情节一般不得停止执业", penalty("lawyers.47", "lawyer", "suspend", months=2), ["gravity"]),
    ("47：情节严重，三个月以下", penalty("lawyers.47", "lawyer", "suspend", months=3, gravity=GRAVE), []),
    ("47：超过三个月", penalty("lawyers.47", "lawyer", "suspend", months=4, gravity=GRAVE), ["suspension-range"]),
    ("47：单处罚款", penalty("lawyers.47", "lawyer", "fine", fine=3000), ["main-measure"]),
    ("47：没有规定吊销", penalty("lawyers.47", "lawyer", "warn", "revoke", level="province"), ["measure"]),
    ("47：没有规定通报批评", penalty("lawyers.47", "lawyer", "warn", "criticise"), ["measure"]),
    ("47：直辖市的区可以决定", penalty("lawyers.47", "lawyer", "warn", level="district"), []),
    ("52：县级只能建议", penalty("lawyers.47", "lawyer", "warn", level="county"), ["propose-only"]),
    ("47 不适用于律师事务所", penalty("lawyers.47", "law_firm", "warn"), ["subject"]),
    ("48：一万元以下、没收", penalty("lawyers.48", "lawyer", "warn", "fine", "confiscate", fine=10000), []),
    ("48：三个月以上六个月以下", penalty("lawyers.48", "lawyer", "suspend", months=2, gravity=GRAVE), ["suspension-range"]),
    ("49：停止执业六个月、罚款五万元", penalty("lawyers.49", "lawyer", "suspend", "fine", months=6, fine=50000), []),
    ("49：不得只警告", penalty("lawyers.49", "lawyer", "warn"), ["measure", "main-measure"]),
    ("49：超过一年", penalty("lawyers.49", "lawyer", "suspend", months=13), ["suspension-range"]),
    ("49：吊销由省级决定，情节严重", penalty("lawyers.49", "lawyer", "revoke", level="province", gravity=GRAVE), []),
    ("49：市级不得吊销", penalty("lawyers.49", "lawyer", "revoke", gravity=GRAVE), ["authority"]),
    ("49：情节一般不得吊销", penalty("lawyers.49", "lawyer", "revoke", level="province"), ["gravity"]),
    ("49-2：故意犯罪，省级吊销", penalty("lawyers.49-2", "lawyer", "revoke", level="province"), []),
    ("49-2：市级不得吊销", penalty("lawyers.49-2", "lawyer", "revoke"), ["authority"]),
    ("50：警告、十万元", penalty("lawyers.50", "law_firm", "warn", "fine", fine=100_000), []),
    ("50：停业整顿六个月", penalty("lawyers.50", "law_firm", "suspend", months=6), []),
    ("50：停业整顿七个月", penalty("lawyers.50", "law_firm", "suspend", months=7), ["suspension-range"]),
    ("50：情节严重还不能吊销", penalty("lawyers.50", "law_firm", "revoke", level="province", gravity=GRAVE), ["gravity"]),
    ("50：情节特别严重，省级吊销", penalty("lawyers.50", "law_firm", "revoke", level="province", gravity=GRAVEST), []),
    ("50-2：负责人二万元以下", penalty("lawyers.50-2", "lawyer", "fine", fine=20000), []),
    ("50-2：负责人超过二万元", penalty("lawyers.50-2", "lawyer", "fine", fine=20001), ["fine-range"]),
]  # fmt: skip
OTHERS = [
    ("公证法41：警告", penalty("notaries.41", "notary", "warn"), []),
    ("公证法41：情节一般不得罚款", penalty("notaries.41", "notary", "warn", "fine", fine=2000), ["gravity"]),
    ("公证法41：公证员五千元以下", penalty("notaries.41", "notary", "fine", fine=6000, gravity=GRAVE), ["fine-range"]),
    ("公证法41：公证机构一万元以上", penalty("notaries.41", "notary_office", "fine", fine=9000, gravity=GRAVE), ["fine-range"]),
    ("公证法41：停止执业三至六个月", penalty("notaries.41", "notary", "suspend", months=6, gravity=GRAVE), []),
    ("公证法41：公证机构不停业整顿", penalty("notaries.41", "notary_office", "suspend", gravity=GRAVE), ["measure"]),
    ("公证法：直辖市的区无权", penalty("notaries.41", "notary", "warn", level="district"), ["authority"]),
    ("公证法42：警告并处罚款", penalty("notaries.42", "notary", "warn", "fine", fine=2000), []),
    ("公证法42：只警告", penalty("notaries.42", "notary", "warn"), ["measures-together"]),
    ("公证法42：公证机构停业整顿四个月", penalty("notaries.42", "notary_office", "warn", "fine", "suspend", fine=20000, months=4), ["suspension-range"]),
    ("公证法42：公证员停止执业四个月", penalty("notaries.42", "notary", "warn", "fine", "suspend", fine=2000, months=4), []),
    ("公证法42：省级吊销公证员", penalty("notaries.42", "notary", "revoke", level="province", gravity=GRAVE), []),
    ("公证法42：不吊销公证机构", penalty("notaries.42", "notary_office", "revoke", level="province", gravity=GRAVE), ["measure"]),
    ("沪条例47：一倍以上三倍以下", penalty("forensic_shanghai.47", "forensic_institution", "fine", fine=9000, gain=10000, level="province"), ["fine-multiple"]),
    ("沪条例47：最高三万元", penalty("forensic_shanghai.47", "nobody", "fine", fine=30001, gain=11000, level="province"), ["fine-range"]),
    ("沪条例47：没有填违法所得", penalty("forensic_shanghai.47", "nobody", "fine", fine=9000, level="province"), ["gain-missing"]),
    ("沪条例48：警告", penalty("forensic_shanghai.48", "forensic_appraiser", "warn", level="district"), []),
    ("沪条例49：不得罚款", penalty("forensic_shanghai.49", "forensic_institution", "warn", "fine", level="province"), ["measure"]),
    ("沪条例50：三个月以上一年以下", penalty("forensic_shanghai.50", "forensic_appraiser", "suspend", months=2, level="province"), ["suspension-range"]),
    ("沪条例50：情节严重撤销登记", penalty("forensic_shanghai.50", "forensic_appraiser", "revoke", level="province"), ["gravity"]),
    ("令95-39：警告", penalty("forensic_institutions.39", "forensic_institution", "warn", level="province"), []),
    ("令95-40：市级无权", penalty("forensic_institutions.40", "forensic_institution", "suspend", months=3), ["authority"]),
    ("令96-29：警告", penalty("forensic_appraisers.29", "forensic_appraiser", "warn", level="province"), []),
    ("令96-30：一年以上", penalty("forensic_appraisers.30", "forensic_appraiser", "suspend", months=13, level="province"), ["suspension-range"]),
    ("令138-46：县级可以警告", penalty("grassroots_workers.46", "grassroots_worker", "warn", level="county"), []),
    ("令138-46：县级不得罚款", penalty("grassroots_workers.46", "grassroots_worker", "warn", "fine", fine=100, gain=100, level="county"), ["propose-only"]),
    ("令138-46：违法所得三倍以下", penalty("grassroots_workers.46", "grassroots_worker", "warn", "fine", fine=3001, gain=1000), ["fine-multiple"]),
    ("令138-46：最高三万元", penalty("grassroots_workers.46", "grassroots_worker", "warn", "fine", fine=30001, gain=20000), ["fine-range"]),
    ("令137-36：停业整顿没有规定", penalty("grassroots_offices.36", "grassroots_office", "warn", "suspend", months=1), ["measure"]),
    ("法律援助法61：没收", penalty("legal_aid.61", "legal_aid_worker", "confiscate", level="county"), []),
    ("法律援助法62：律师事务所", penalty("legal_aid.62", "law_firm", "warn", "fine", fine=100_001), ["fine-range"]),
    ("法律援助法63：律师", penalty("legal_aid.63", "lawyer", "warn", level="county"), ["propose-only"]),
]  # fmt: skip


@pytest.mark.parametrize(("law", "one", "broken"), [*LAWYERS, *OTHERS])
def test_each_article_says_who_what_and_how_much(law: str, one: Penalty, broken: list[str]) -> None:
    assert sorted(rules(one)) == sorted(broken), law


WARNED = penalty("lawyers.47", "lawyer", "warn", decided_on=date(2025, 11, 20))
SUSPENDED = penalty("lawyers.48", "lawyer", "suspend", months=3, decided_on=date(2024, 8, 20), gravity=GRAVE)
CLOSED = penalty("lawyers.50", "law_firm", "suspend", months=6, decided_on=date(2024, 6, 1))


@pytest.mark.parametrize(
    ("law", "one", "past", "on", "broken"),
    [
        ("51-1：一年内再犯只警告", penalty("lawyers.48", "lawyer", "warn"), WARNED, date(2026, 11, 20), ["escalation"]),
        ("51-1：一年已过", penalty("lawyers.48", "lawyer", "warn"), WARNED, date(2026, 11, 21), []),
        ("51-1：再犯在警告之前", penalty("lawyers.48", "lawyer", "warn"), WARNED, date(2025, 11, 20), []),
        ("51-1：停止执业三个月以上一年以下", penalty("lawyers.47", "lawyer", "suspend", months=12), WARNED, DAY, []),
        ("51-1：停止执业超过一年", penalty("lawyers.47", "lawyer", "suspend", months=13), WARNED, DAY, ["suspension-range"]),
        ("51-1：第四十九条本不处警告", penalty("lawyers.49", "lawyer", "suspend", months=4), WARNED, DAY, ["suspension-range"]),
        ("51-1：期满后二年内再停止执业", penalty("lawyers.49", "lawyer", "suspend", months=6), SUSPENDED, date(2026, 11, 20), ["escalation"]),
        ("51-1：期满后二年已过", penalty("lawyers.49", "lawyer", "suspend", months=6), SUSPENDED, date(2026, 11, 21), []),
        ("51-1：省级吊销", penalty("lawyers.49", "lawyer", "revoke", level="province"), SUSPENDED, DAY, []),
        ("51-1：市级仍不得吊销", penalty("lawyers.49", "lawyer", "revoke"), SUSPENDED, DAY, ["authority"]),
        ("51-2：律师事务所期满后二年内", penalty("lawyers.50", "law_firm", "suspend", months=1), CLOSED, date(2026, 12, 1), ["escalation"]),
        ("51-2：二年已过", penalty("lawyers.50", "law_firm", "suspend", months=1), CLOSED, date(2026, 12, 2), []),
        ("别的法律的处罚不算", penalty("legal_aid.63", "lawyer", "warn"), WARNED, DAY, []),
    ],
)  # fmt: skip
def test_who_was_punished_before_is_punished_harder(
    law: str, one: Penalty, past: Penalty, on: date, broken: list[str]
) -> None:
    assert sorted(rules(one, past, on=on)) == sorted(broken), law


def test_a_suspension_of_six_months_bars_from_partnership_for_three_years() -> None:
    """律师法第五十三条。"""
    half_a_year = penalty("lawyers.49", "lawyer", "suspend", months=6, decided_on=date(2026, 1, 15))
    assert consequences(half_a_year) == [
        (
            "律师法第五十三条",
            "受到六个月以上停止执业处罚，处罚期满未逾三年的，不得担任合伙人（至 2029-07-15）",
        )
    ]
    assert consequences(penalty("lawyers.48", "lawyer", "suspend", months=5)) == []


def test_what_no_article_is_known_for_is_not_judged() -> None:
    assert rules(penalty(None, "lawyer", "revoke", level="county")) == []
    assert rules(penalty("lawyers.47", "lawyer", "warn", decided_on=date(2008, 5, 31), level="county")) == []


def test_every_breach_names_its_article() -> None:
    [breach] = check(penalty("lawyers.47", "lawyer", "warn", level="county"), [], DAY)
    assert breach.article == "律师法第四十七条"
    assert "只能向上级提出处罚建议" in breach.message


@given(
    fine=st.decimals(0, 200_000, places=2),
    months=st.integers(1, 24),
    level=st.sampled_from(["province", "city", "district", "county"]),
    code=st.sampled_from([one.code for statute in STATUTES for one in statute.articles.values()]),
)
def test_a_lower_authority_or_a_higher_fine_never_mends_a_penalty(
    fine: Decimal, months: int, level: str, code: str
) -> None:
    found = article(code, DAY)
    assert found is not None
    subject = min(found.subjects or {"anybody"})
    kinds = sorted(found.measures)
    given_fine = {"fine": fine, "gain": fine, "months": months, "gravity": GRAVEST}
    broken = set(rules(penalty(code, subject, *kinds, level=level, **given_fine)))
    lower = set(rules(penalty(code, subject, *kinds, level="county", **given_fine)))
    assert {"authority", "propose-only"} & broken <= {"authority", "propose-only"} & lower or bool(
        lower & {"propose-only"}
    )
    higher = set(rules(penalty(code, subject, *kinds, level=level, **{**given_fine, "fine": fine + 10**6})))
    if "fine" in kinds:
        assert "fine-range" in higher


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("浙江省司法厅", "province"),
        ("广西壮族自治区司法厅", "province"),
        ("上海市司法局", "province"),
        ("上海市静安区司法局", "district"),
        ("浦东新区司法局", "district"),
        ("示范市司法局", "city"),
        ("芜湖市司法局", "city"),
        ("某某县司法局", "county"),
        ("芜湖市镜湖区司法局", "county"),
        ("某协会", None),
    ],
)
def test_an_authority_tells_its_level_by_its_name(name: str, level: str | None) -> None:
    assert penalties.level_of(name) == level


@pytest.mark.parametrize(
    ("basis", "subject", "code"),
    [
        ("《中华人民共和国律师法》第四十七条第（一）项", "lawyer", "lawyers.47"),
        ("根据《律师法》第48条第一项", "lawyer", "lawyers.48"),
        ("《中华人民共和国律师法》第五十条第一款第（八）项", "law_firm", "lawyers.50"),
        ("《中华人民共和国律师法》第五十条第二款", "lawyer", "lawyers.50-2"),
        ("违反《律师法》第四十条，依据《律师法》第四十九条第一款", "lawyer", "lawyers.49"),
        ("《中华人民共和国公证法》第四十二条第一款第（二）项", "notary", "notaries.42"),
        ("《上海市司法鉴定管理条例》第四十八条", "forensic_appraiser", "forensic_shanghai.48"),
        ("《基层法律服务工作者管理办法》第四十六条第（一）项", "grassroots_worker", "grassroots_workers.46"),
        ("《中华人民共和国行政处罚法》第三十三条", "lawyer", None),
        ("", "lawyer", None),
    ],
)
def test_the_article_is_found_in_the_words_of_a_file(basis: str, subject: str, code: str | None) -> None:
    assert penalties.cited(basis, {subject}, DAY) == code


@pytest.mark.parametrize(
    ("content", "months"),
    [
        ("停止执业六个月", 6),
        ("给予停止执业3个月的处罚", 3),
        ("停业整顿一个月，罚款三万元", 1),
        ("停止执业一年", 12),
        ("停止从事司法鉴定业务十二个月", 12),
        ("警告", None),
    ],
)
def test_the_length_of_a_suspension_is_found_in_its_sentence(content: str, months: int | None) -> None:
    assert penalties.period(content) == months


def test_a_row_of_a_file_is_read_as_a_penalty() -> None:
    read = penalties.read(
        {
            "CF_CFLB": "暂扣或吊销许可证;罚款",
            "CF_NR": "停止执业一年，罚款45000元",
            "CF_NR_FK": "4.500000",
            "CF_YJ": "《中华人民共和国律师法》第四十九条第一款第（二）项",
        },
        {},
        subjects=frozenset({"lawyer"}),
        decided_on=DAY,
        authority="示范市司法局",
    )
    assert (read.article, read.level, read.gravity) == ("lawyers.49", "city", None)
    assert sorted(read.measures) == ["fine", "suspend"]
    assert read.fine == 45000
    assert read.months == 12
    assert check(read, [], DAY) == []


def test_every_profession_has_articles() -> None:
    for subject in ("lawyer", "law_firm", "notary", "notary_office", "forensic_appraiser", "forensic_institution",
                    "grassroots_worker", "grassroots_office", "legal_aid_worker", "legal_aid_centre"):  # fmt: skip
        assert articles_for({subject}, DAY), subject
