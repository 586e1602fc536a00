"""What may stand in a rule set of standing; every fault is named with its line, and nothing is taken half."""

from collections.abc import Sequence
from datetime import date

import pytest

from registry.credit.standing.nodes import Unreadable
from registry.credit.standing.reading import read
from registry.credit.standing.ruleset import windows
from registry.credit.standing.vocabulary import words_of
from tests.registry.standing_rules import LATER, SMALL, rules, shipped


def faults(text: str | bytes) -> Sequence[tuple[int, str]]:
    with pytest.raises(Unreadable) as refused:
        read(text if isinstance(text, bytes) else text.encode())
    return [(fault.line, fault.rule) for fault in refused.value.faults]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_shipped_rules_are_samples_say_so_and_follow_each_other_without_a_gap() -> None:
    former, present = shipped()
    assert "示例" in former.title
    assert "示例" in present.title
    assert former.sample
    assert present.sample
    first, second = windows({1: former, 2: present})
    assert first.until == second.since
    assert {section.base for rule_set in (former, present) for section in rule_set.sections} == {1000}
    assert [band.grade for band in present.sections[0].bands] == ["AAA", "AA", "A", "B", "C"]
    assert len(present.by_kind) == 10


@pytest.mark.parametrize(
    ("what", "old", "new", "expected"),
    [
        ("a key twice", "    base: 100\n", "    base: 100\n    base: 200\n", "duplicate-key"),
        ("a key that nobody knows", "    base: 100\n", "    base: 100\n    bonus: 3\n", "unknown-key"),
        ("a missing base", "    base: 100\n", "", "required"),
        ("half a point", "points: -10,", "points: -10.5,", "type"),
        ("points in words", "points: -10,", "points: many,", "type"),
        ("no points at all", "points: -10,", "points: 0,", "zero"),
        ("octal", "base: 100", "base: 0100", "range"),
        ("a cap below one event", "most: 15", "most: 5", "cap"),
        (
            "the lowest grade begins somewhere",
            "{grade: 丙, title: 差}",
            "{grade: 丙, title: 差, from: 0}",
            "bands-gap",
        ),
        ("grades out of order", "title: 中, from: 80", "title: 中, from: 120", "bands-order"),
        ("a grade in the middle without beginning", "title: 中, from: 80", "title: 中", "required"),
        ("one grade twice", "grade: 乙", "grade: 甲", "duplicate-grade"),
        ("a veto to a grade that is none", "at_most: 丙", "at_most: 丁", "grade"),
        ("an unknown kind of event", "kind: pro_bono", "kind: charity", "kind"),
        ("an unknown profession", "subjects: [lawyer]", "subjects: [lawyer, judge]", "subject"),
        ("an unknown severity", "severity: [严重]", "severity: [特别严重]", "severity"),
        ("an unknown kind of penalty", "penalties: [吊销执业证书]", "penalties: [关门]", "penalties"),
        ("a result of another kind", "result: [不称职]", "result: [公开谴责]", "result"),
        (
            "penalties of an award",
            "kind: award, points: 5",
            "kind: award, penalties: [罚款], points: 5",
            "penalties",
        ),
        ("neither kind nor polarity", "kind: pro_bono, ", "", "kind"),
        ("both kind and polarity", "kind: pro_bono", "kind: pro_bono, polarity: positive", "kind"),
        ("an unknown group", "months: 6, group: honour", "months: 6, group: honor", "group"),
        ("a group of give and take", "points: 4, months: 6", "points: -4, months: 6", "group-sign"),
        ("one code twice", "code: grave", "code: penalty", "duplicate-code"),
        ("a code with spaces", "code: grave", "code: very grave", "code"),
        (
            "a rule that nothing reaches",
            "kind: penalty, severity: [严重], points: -30",
            "kind: award, points: -30",
            "unreachable",
        ),
        ("a day that is none", "from: 2026-01-01", "from: 2026-02-30", "day"),
        ("a day as text", "from: 2026-01-01", "from: 一月一日", "type"),
        ("an end before the beginning", "from: 2026-01-01", "from: 2026-01-01\nuntil: 2025-12-31", "days"),
        (
            "an adverse event for longer than 上海市社会信用条例第三十五条",
            "points: -30, months: 24",
            "points: -30, months: 61",
            "term",
        ),
        (
            "a veto for longer than 上海市社会信用条例第三十五条",
            "at_most: 丙, months: 36",
            "at_most: 丙, months: 61",
            "term",
        ),
        ("what happens to repaired events", "repaired: ends", "repaired: maybe", "treatment"),
        ("a tag that would build an object", "title: 小规则", "title: !!python/object:os.system x", "type"),
        ("an empty title", "title: 小规则", "title: ''", "empty"),
        ("yes is no title", "title: 小规则", "title: yes", "type"),
    ],
)  # fmt: skip
def test_every_fault_is_named_with_its_line(what: str, old: str, new: str, expected: str) -> None:
    assert SMALL.count(old) >= 1, what
    broken = SMALL.replace(old, new, 1)
    found = faults(broken)
    assert expected in [rule for _, rule in found], what
    lines = {line for line, rule in found if rule == expected}
    assert lines <= set(range(1, broken.count("\n") + 1))


def test_all_faults_are_told_at_once_in_the_order_of_the_lines() -> None:
    broken = (
        SMALL.replace("base: 100", "base: lots")
        .replace("severity: [严重]", "severity: [重]")
        .replace("at_most: 丙", "at_most: 丁")
    )
    assert faults(broken) == [
        (line_of(broken, "base: lots"), "type"),
        (line_of(broken, "[重]"), "severity"),
        (line_of(broken, "at_most: 丁"), "grade"),
    ]


@pytest.mark.parametrize(
    ("what", "text", "line", "rule"),
    [
        ("nothing", b"", 1, "empty"),
        ("a table of another program", b"PK\x03\x04\xff\xfe", 1, "encoding"),
        ("a control character", "title: 甲\nbasis: \x01".encode(), 2, "character"),
        ("an open bracket", b"title: x\nbasis: [a, b\nfrom: 2026-01-01\n", 3, "yaml"),
        ("a tab", b"title: x\nsections:\n\t- a\n", 3, "yaml"),
        ("two documents", b"title: x\n---\ntitle: y\n", 2, "yaml"),
        ("brackets without end", b"[" * 5000, 1, "too-deep"),
        ("a book", b"#" * 200_000, 1, "too-large"),
        ("a list", b"- a\n- b\n", 1, "mapping"),
    ],
)
def test_what_is_no_rule_set_at_all_is_refused_in_one_line(
    what: str, text: bytes, line: int, rule: str
) -> None:
    assert faults(text)[0] == (line, rule), what


def test_a_short_text_that_stands_for_an_endless_one_is_refused() -> None:
    """Nine aliases of nine aliases would read for hours."""
    many = ", ".join(["{code: a, title: a, kind: award, points: 1, months: 1}"] * 900)
    sections = "\n".join(
        f"  - {{title: s{n}, subjects: [lawyer], base: 1, bands: [], items: *many}}" for n in range(900)
    )
    text = SMALL.split("sections:", maxsplit=1)[0] + (
        f"sections:\n  - {{title: s, subjects: [lawyer], base: 1, bands: [], items: &many [{many}]}}\n{sections}\n"
    )
    assert (line_of(text, "  - {title: s,"), "too-large") in faults(text)


def test_an_alias_that_holds_itself_is_refused() -> None:
    assert faults("title: x\nbasis: x\nfrom: 2026-01-01\ntreatment: &a {repaired: *a}\nsections: []\n")


def test_a_rule_set_ends_when_it_says_or_when_the_next_begins() -> None:
    first, second = rules(SMALL), rules(LATER)
    assert [(w.id, w.since, w.until) for w in windows({2: second, 1: first})] == [
        (1, date(2026, 1, 1), date(2026, 7, 1)),
        (2, date(2026, 7, 1), None),
    ]
    ending = rules(SMALL.replace("from: 2026-01-01", "from: 2026-01-01\nuntil: 2026-03-31"))
    assert [w.until for w in windows({1: ending, 2: second})] == [date(2026, 4, 1), None]


@pytest.mark.parametrize(
    ("kind", "summary", "detail", "columns", "expected"),
    [
        ("annual_assessment", "2025年度考核：不称职", {}, {}, {"不称职"}),
        ("annual_assessment", "2025年度考核：基本称职", {}, {}, {"基本称职"}),
        ("annual_assessment", "2025年度考核：称职", {"year": 2025}, {}, {"称职"}),
        ("annual_assessment", "考核情况见附件", {"result": "不合格", "year": 2025}, {}, {"不合格"}),
        ("inspection_finding", "x", {"results": ["不配合检查情节严重", "别的"]}, {}, {"不配合检查情节严重"}),
        ("bar_sanction", "行业处分：公开谴责", {}, {}, {"公开谴责"}),
        ("penalty", "警告，罚款二千元", {}, {"CF_CFLB": "警告;罚款"}, {"警告", "罚款"}),
        ("penalty", "吊销执业证书", {}, {}, set()),
        ("permit", "称职", {}, {}, set()),
    ],
)
def test_the_words_of_an_event(
    kind: str, summary: str, detail: dict[str, object], columns: dict[str, str], expected: set[str]
) -> None:
    """`不称职` holds `称职`, and what a form says goes before what its summary says."""
    assert words_of(kind, columns=columns, detail=detail, summary=summary) == expected
