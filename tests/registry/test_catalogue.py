"""How long an event may be public: the rules of law, day by day."""

from datetime import date

import pytest

from registry.credit import catalogue
from registry.credit.catalogue import KINDS, SEVERITIES, Severity, severity, term, warning_only

ORDER_58_LAST = date(2026, 3, 31)
ORDER_36_FIRST = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("article", "grade", "decided_on", "shortest", "longest", "public"),
    [
        ("令第58号：最短三个月，最长三年", "一般", ORDER_58_LAST, date(2026, 6, 30), date(2029, 3, 31), True),
        ("令第58号不分轻重", "严重", ORDER_58_LAST, date(2026, 6, 30), date(2029, 3, 31), True),
        ("令第58号适用于更早的决定", "一般", date(2019, 10, 10), date(2020, 1, 10), date(2022, 10, 10), True),
        ("令第36号 轻微：原则上不予公示，最长三个月", "轻微", ORDER_36_FIRST, None, date(2026, 7, 1), False),
        (
            "令第36号 一般：最短三个月，最长一年",
            "一般",
            ORDER_36_FIRST,
            date(2026, 7, 1),
            date(2027, 4, 1),
            True,
        ),
        (
            "令第36号 严重：最短一年，最长三年",
            "严重",
            ORDER_36_FIRST,
            date(2027, 4, 1),
            date(2029, 4, 1),
            True,
        ),
        ("没有定级的按一般", None, ORDER_36_FIRST, date(2026, 7, 1), date(2027, 4, 1), True),
        ("月末：二月没有三十日", "一般", date(2026, 11, 30), date(2027, 2, 28), date(2027, 11, 30), True),
        ("闰日：次年二月末日", "一般", date(2028, 2, 29), date(2028, 5, 29), date(2029, 2, 28), True),
    ],
)
@pytest.mark.parametrize("kind", ["penalty", "listing"])
def test_adverse_events_are_public_as_long_as_the_regime_of_their_day_says(
    kind: str,
    article: str,
    grade: Severity | None,
    decided_on: date,
    shortest: date | None,
    longest: date,
    public: bool,
) -> None:
    found = term(kind, grade, decided_on)
    assert (found.min_until, found.max_until, found.public) == (shortest, longest, public), article


@pytest.mark.parametrize("decided_on", [ORDER_58_LAST, ORDER_36_FIRST])
@pytest.mark.parametrize(("simple", "warned"), [(True, False), (False, True)])
def test_simple_procedure_and_warnings_alone_are_not_published(
    decided_on: date, simple: bool, warned: bool
) -> None:
    """信用修复管理办法: decisions by simple procedure, warnings and notices of criticism are as a rule not published."""
    found = term("penalty", "一般", decided_on, simple=simple, warning_only=warned)
    assert not found.public
    assert found.max_until is not None, "where the office opens it all the same, it ends"


def test_a_regime_ends_on_the_eve_of_the_next() -> None:
    assert "58" in term("penalty", "一般", ORDER_58_LAST).basis
    assert "36" in term("penalty", "一般", ORDER_36_FIRST).basis


@pytest.mark.parametrize(
    ("grade", "penalties", "expected"),
    [
        ("一般", ("警告",), "一般"),
        ("较重", ("警告",), "一般"),
        ("严重", ("警告",), "严重"),
        ("轻微", ("罚款",), "轻微"),
        ("未定", ("警告",), "轻微"),
        ("未定", ("通报批评",), "轻微"),
        ("未定", ("警告", "罚款"), "一般"),
        ("", ("没收违法所得", "吊销执业证书"), "严重"),
        ("", ("停止执业",), "一般"),
        ("", (), "一般"),
    ],
)
def test_the_grades_of_the_templates_become_classes(
    grade: str, penalties: tuple[str, ...], expected: str
) -> None:
    """未定 and no grade are decided by the gravest kind of penalty (信用修复管理办法, 令第36号: classes by kind)."""
    assert severity(grade, penalties, ORDER_36_FIRST) == expected


def test_only_warnings_are_warnings_only() -> None:
    assert warning_only(["警告"])
    assert warning_only(["警告", "通报批评"])
    assert not warning_only(["警告", "罚款"])
    assert not warning_only([])


def test_every_kind_says_what_it_rests_on_and_has_a_term_on_any_day() -> None:
    assert len(KINDS) >= 15
    for code, kind in KINDS.items():
        assert kind.basis, code
        assert kind.subjects <= {"practitioner", "organisation"}, code
        for day in (date(2015, 1, 1), ORDER_58_LAST, ORDER_36_FIRST, date(2040, 1, 1)):
            for grade in (None, *SEVERITIES):
                found = catalogue.term(code, grade, day)
                assert not found.public or kind.releasable, code
                assert found.max_until is None or found.max_until > day, code


def test_what_the_bar_says_or_a_recipient_of_aid_is_not_proposed_for_publication() -> None:
    assert not any(KINDS[code].releasable for code in ("bar_sanction", "legal_aid", "objection"))
    assert all(
        KINDS[code].releasable
        for code in ("permit", "penalty", "inspection_finding", "listing", "award", "complaint_upheld")
    )
