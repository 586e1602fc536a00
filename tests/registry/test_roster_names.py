"""Names as people write and type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.roster import kinds
from registry.roster.names import fold, grams, organisation_terms, person_terms

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("北京盈科（上海）律师事务所", "北京盈科(上海)律师事务所"),
        ("北京盈科【上海】律师事务所", "北京盈科〔上海〕律师事务所"),
        ("上海ＡＢＣ律师事务所", "上海abc 律师事务所"),
        ("阿卜杜热合曼·买买提", "阿卜杜热合曼买买提"),
        ("阿卜杜热合曼•买买提", "阿卜杜热合曼・买买提"),
        ("陳國華", "陈国华"),
        ("上海市東方公證處", "上海市东方公证处"),
    ],
)
def test_spellings_of_one_name_are_equal(written: str, same: str) -> None:
    assert fold(written) == fold(same)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单勇", "SHANYONG"), ("曾志伟", "ZENGZHIWEI"), ("仇英", "QIUYING"), ("翟天临", "ZHAITIANLIN"),
        ("朴正", "PIAOZHENG"), ("区乐民", "OULEMIN"), ("查良镛", "ZHALIANGYONG"), ("解晓东", "XIEXIAODONG"),
        ("盖叫天", "GEJIAOTIAN"), ("缪昌文", "MIAOCHANGWEN"), ("覃辉", "QINHUI"), ("任正非", "RENZHENGFEI"),
        ("尉迟恭", "YUCHIGONG"), ("长孙无忌", "ZHANGSUNWUJI"), ("单勇", "SY"), ("单勇", "DANYONG"), ("吕布", "LVBU"),
    ],
)  # fmt: skip
def test_people_are_found_by_the_reading_of_their_surname(name: str, typed: str) -> None:
    """单 is read dān in a dictionary and Shàn in a name; who does not know types the first."""
    assert typed in person_terms(fold(name))


@pytest.mark.parametrize("typed", ["BEIJINGYINGKE", "YINGKE", "YKLS", "BJYK", "盈科", "北京盈科(上海)"])
def test_firms_are_found_by_their_own_word_as_well_as_from_the_beginning(typed: str) -> None:
    assert any(term.startswith(typed) for term in organisation_terms(fold("北京盈科（上海）律师事务所")))


@given(CHINESE)
def test_every_piece_of_a_name_is_covered_by_its_grams(name: str) -> None:
    key = fold(name)
    for start in range(len(key)):
        for end in range(start + 1, len(key) + 1):
            piece = key[start:end]
            pairs = {piece[place : place + 2] for place in range(max(1, len(piece) - 1))}
            assert pairs <= grams(key)


@given(st.text("单勇陳國ＡａbZ（）()【】〔〕·•・ \u3000", max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("310115", "310115"), ("浦东新区", "310115"), ("浦东", "310115"), ("上海市浦东新区", "310115"), ("黄浦", "310101"),
        ("崇明县", "310151"), ("思明区", "350203"), ("朝阳区", None), ("", None),
    ],
)  # fmt: skip
def test_districts_are_read_as_clerks_write_them(text: str, code: str | None) -> None:
    assert kinds.district_code(text) == code


def test_every_profession_has_a_place_to_practise_and_every_kind_somebody_who_does() -> None:
    assert len(kinds.ORGANISATION_KINDS) == len(kinds.PROFESSIONS) == 5
    workplaces = {place for profession in kinds.PROFESSIONS.values() for place in profession.workplaces}
    assert workplaces == set(kinds.ORGANISATION_KINDS)
    assert len(kinds.regions()["310000"].districts) == 16


def test_only_running_states_count_as_practising() -> None:
    running = {
        state.title
        for state in kinds.LICENCE_STATES.values()
        if kinds.practising(state.code) and not state.ended
    }
    assert running == {"正常执业"}
    assert {state.title for state in kinds.ORGANISATION_STATES.values() if state.practising} == {
        "正常",
        "限期整改",
    }
    assert not kinds.practising("suspended")
