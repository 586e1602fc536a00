"""The sheet of all papers: names in rare characters, Chinese lines, page numbers, the same bytes every time."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from pypdf import PdfReader

from registry.kernel.paper import Block, Facts, Heading, Mark, Paper, Steps, Table, Text, typeset
from tests.papers import described, pages, unembedded

ADDRESS = "https://credit.example.gov.cn/notices/abcdefghijklmnop"


def _paper(*blocks: Block) -> Paper:
    return Paper("公示信息", "公示信息 abcdefghijklmnop", "示范市司法局", ADDRESS, blocks)


@pytest.mark.parametrize("name", ["𠮷田㛃", "䶮", "陈𬀩", "𬱖𫖯", "𨭎", "〇一", "买买提·艾山"])
def test_a_name_in_rare_characters_is_printed_and_can_be_copied(name: str) -> None:
    """𠮷 and the like stand beyond U+FFFF, where the library alone writes what no reader understands."""
    printed = typeset(_paper(Heading(name), Facts([("相对人", name)])))
    assert pages(printed)[0].count(name) == 2
    assert unembedded(printed) == set()


def test_a_character_that_the_typeface_lacks_is_told_by_its_number() -> None:
    assert "〓（U+21334）某" in pages(typeset(_paper(Text("\U00021334某"))))[0]


def test_a_joiner_or_form_selector_that_shows_nothing_is_left_out() -> None:
    assert "葛某葛某" in pages(typeset(_paper(Text("葛\U000e0100某\u200b葛\ufe00某"))))[0]


def test_a_paper_of_many_characters_can_be_read_from_end_to_end() -> None:
    """More than 256 different characters need several parts of the font, more than 100 several blocks of the map."""
    every = "".join(map(chr, range(0x4E00, 0x4E00 + 700)))
    assert every in "".join(pages(typeset(_paper(Text(every)))))


def test_every_page_tells_the_office_its_number_and_how_many_there_are() -> None:
    rows = [[str(number), "示范市试验律师事务所"] for number in range(120)]
    printed = pages(typeset(_paper(Table(["序号", "检查对象"], rows, [1, 4]))))
    assert len(printed) > 2
    for number, page in enumerate(printed, start=1):
        assert f"第{number}页共{len(printed)}页" in page
        assert "示范市司法局" in page
        assert "检查对象" in page, "the headings come again"
        assert ADDRESS in page


def test_a_text_longer_than_a_page_goes_on() -> None:
    fact = "当事人于2026年5月私自收取费用，未开具票据；经责令改正，仍不改正。" * 200
    printed = pages(typeset(_paper(Facts([("事实", fact)]))))
    assert len(printed) > 2
    assert sum(page.count("私自收取费用") for page in printed) >= 200 - len(printed), (
        "a few stand across two pages"
    )


@pytest.mark.parametrize("mark", "，；：！？。、）》”")
def test_no_line_starts_with_a_mark_that_ends_what_stands_before_it(mark: str) -> None:
    texts = [Text("一" * length + mark + "二" * 9) for length in range(30, 60)]
    reader = PdfReader(BytesIO(typeset(_paper(*texts))))
    lines = [line.strip() for page in reader.pages for line in page.extract_text().split("\n")]
    assert sum(mark in line for line in lines) == 30
    assert [line for line in lines if line.startswith(mark)] == []


def test_the_same_paper_has_the_same_bytes() -> None:
    """So that two prints of one record can be told to be the same by their digest."""
    paper = _paper(Mark("异议处理中"), Heading("内容"), Steps(["一", "二"]), Text("同一张纸"))
    assert typeset(paper) == typeset(paper)


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns after every microsecond, so that what is not guarded meets the others."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_papers_set_at_the_same_time_do_not_mix() -> None:
    """Each with characters that no paper has used yet, so that all draw from the typeface's file at once."""
    texts = ["".join(map(chr, range(start, start + 300))) for start in range(0x6000, 0x6000 + 2400, 300)]
    with ThreadPoolExecutor(8) as threads:
        printed = list(threads.map(lambda text: typeset(_paper(Text(text))), texts))
    assert [text in "".join(pages(paper)) for text, paper in zip(texts, printed, strict=True)] == [True] * 8


def test_what_looks_like_markup_is_printed_as_it_stands() -> None:
    assert "<b>&amp;</b><para>" in pages(typeset(_paper(Text("<b>&amp;</b><para>"))))[0]


def test_the_file_says_of_itself_what_it_is_and_names_nobody() -> None:
    told = described(typeset(_paper(Facts([("相对人", "章程")]))))
    assert told["/Title"] == "公示信息 abcdefghijklmnop"
    assert told["/Author"] == "示范市司法局"
    assert "章程" not in "".join(told.values())
