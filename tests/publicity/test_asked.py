"""The line that somebody types into the public search."""

import pytest

from publicity.lookup.asked import LONGEST, Asked, readings


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("章程", [Asked("章程")]),
        ("章程 浦东新区", [Asked("章程", district="310115"), Asked("章程 浦东新区")]),
        ("浦东 律师", [Asked(kind="lawyer", district="310115"), Asked("浦东 律师")]),
        ("律师", [Asked("律师")]),
        ("明理 章程", [Asked("明理 章程"), Asked("明理", at="章程"), Asked("章程", at="明理")]),
        ("", [Asked()]),
    ],
)
def test_a_line_is_read_in_the_ways_it_may_be_meant(line: str, meant: list[Asked]) -> None:
    assert list(readings(Asked.given({"q": line}))) == meant


def test_a_line_that_is_no_name_is_cut() -> None:
    assert len(Asked.given({"q": "章" * 10_000}).q) == LONGEST
    assert Asked.given({"q": " 章\u3000 程\t"}).q == "章 程"
