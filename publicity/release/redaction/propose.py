"""Finds in a Chinese text what may have to be covered before publication. Pure.

It finds rather too much than too little: a person decides on each proposal. What it leaves alone are credit codes,
licence and document numbers, dates and amounts, which a notice has to show.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from publicity.release.redaction import names
from publicity.release.redaction.words import KINDS
from registry.kernel.identifiers import parse_lawyer_licence, parse_resident_id, parse_uscc


class Span(NamedTuple):
    """Characters `begin` up to, not including, `end` of a text, and the kind (words.KINDS) of what stands there."""

    begin: int
    end: int
    kind: str


_WIDTHS = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
_IDENTITY = re.compile(
    # In one piece (with the two digits that a tax number adds), by its parts, or in fours.
    r"(?<![0-9A-Za-z])(?:\d{17}[\dXx](?:\d\d)?|\d{6}[ -]\d{4}[ -]?\d\d[ -]?\d\d[ -]?\d{3}[\dXx]|(?:\d{4}[ -]){4}\d[\dXx])"
    r"(?![0-9A-Za-z])"
)
_OLD_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{15}(?![0-9A-Za-z])")
_PAPERS = re.compile(r"(?:护照|通行证|回乡证|军官证|居留证)(?:号码|号)?[:：为是]?\s*([A-Za-z]{0,3}\d{6,10})")
_MOBILE = re.compile(
    r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![0-9A-Za-z]|\.\d|[元万号件])"
)
_LANDLINE = re.compile(
    r"(?<![0-9A-Za-z〔])\(?0\d{2,3}\)?[ -]?[2-9]\d{6,7}(?:[-转]\d{1,6})?(?![0-9A-Za-z]|[元万])"
)
_CALLED = re.compile(r"(?:电话|座机|传真)(?:号码)?[:：为是]?\s*([2-9]\d{6,7})(?![0-9A-Za-z])")
_LONG = re.compile(r"(?<![0-9A-Za-z.])(?:\d[ -]?){11,18}\d(?![0-9A-Za-z]|\.\d|[元万])")
_MAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_CHAT = re.compile(
    r"(?:微信|(?<![0-9A-Za-z])(?:QQ|qq|WeChat))(?:号码|号|账号)?[:：为是]?\s*([A-Za-z0-9][-_A-Za-z0-9]{4,19})(?![0-9A-Za-z])"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Z][ ·•.]?[A-HJ-NP-Z0-9]{4,6}[挂学警港澳]?"
    r"(?![0-9A-Za-z])"
)
_ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{1,30}(?:路|街|巷|弄|道|村|镇|乡|里|小区|花园|公寓|新村|大厦|家园)"
    r"(?:[甲乙丙丁]?\d+(?:-\d+)*(?:弄|号楼|号|栋|幢|座|单元|组|室|楼|层|院|支弄|户)(?:[甲乙丙丁东南西北]|后门)?)+"
)
_BEFORE_ADDRESS = re.compile(
    r"(?:现?居?住址?[在于为是]?|家住|住所地?[为是在]?|地址[为是]?|户籍地?[为是在]?|位于|坐落于?|寄往|寄至|送至|送往|前往|到达|来到|在|至|到|于|往|与|和|的|为|是)"
)
_ACCOUNT_WORDS = re.compile(r"(?:账|帐|卡)[号户]|银行卡|存折|尾号|开户")
_CODE_WORDS = re.compile(
    r"(?:信用代码|机构代码|注册号|登记号|许可证号?|执业证号?|证书编?号|编号|代码|税号|流水号|案号)[^，。；]{0,6}$"
)
_AGED = re.compile(r"[（(，,]?\s*(?:男|女)?[，,]?\s*(\d{1,2})\s*(?:周)?岁")
_ADULT = 18


def propose(
    text: str, *, today: date, known: Collection[str] = (), public: Collection[str] = ()
) -> list[Span]:
    """The spans of `text`, in order, none overlapping another.

    `known` are third persons' names that the register knows around this case; `public` are names and codes that the
    notice shows anyway (its subject, the responsible person), left alone wherever they stand.
    """
    plain = text.translate(_WIDTHS)
    found = [span for finder in _FINDERS for span in finder(plain, today)]
    found += [Span(*place, "minor") for place in names.minors(plain, public)]
    found += [Span(*place, "name") for place in names.third_persons(plain, known, public)]
    found = [_aged(plain, span) for span in found if plain[span.begin : span.end] not in public]
    return _apart(found)


def masked(text: str, spans: Sequence[Span]) -> str:
    """The text with each span, given in order, replaced by what may be read instead."""
    pieces, at = [], 0
    for span in spans:
        pieces += [text[at : span.begin], mask(text[span.begin : span.end], span.kind)]
        at = span.end
    return "".join([*pieces, text[at:]])


def mask(covered: str, kind: str) -> str:
    """What stands for the covered words: 张某某 for a name, blocks or a word for everything else."""
    if kind != "name":
        return KINDS[kind].mask
    family = names.family_of(covered)
    return family + KINDS[kind].mask * max(1, len(covered) - len(family))


def _identities(text: str, today: date) -> Iterator[Span]:
    for found in _IDENTITY.finditer(text):
        number = re.sub(r"[ -]", "", found[0])[:18]
        parsed, coded = parse_resident_id(number), _coded(text, found.start())
        if parsed.faults and (coded or not (_said(text, found.start()) or _looks_like_one(number))):
            continue
        if coded and not parse_uscc(number).faults:
            continue
        born = parsed.born
        yield Span(found.start(), found.end(), "minor" if born and _age(born, today) < _ADULT else "identity")
    for found in _OLD_IDENTITY.finditer(text):
        number = found[0]
        if not _coded(text, found.start()) and number[0] in "123456" and _is_day(f"19{number[6:12]}"):
            yield Span(found.start(), found.end(), "identity")
    for found in _PAPERS.finditer(text):
        yield Span(found.start(1), found.end(1), "identity")


def _numbers(text: str, _today: date) -> Iterator[Span]:
    for found in _MOBILE.finditer(text):
        if not _coded(text, found.start()) and not text[: found.start()].endswith("第"):
            yield Span(found.start(), found.end(), "mobile")
    for found in _LANDLINE.finditer(text):
        yield Span(found.start(), found.end(), "telephone")
    for found in _CALLED.finditer(text):
        yield Span(found.start(1), found.end(1), "telephone")
    for found in _LONG.finditer(text):
        number = re.sub(r"[ -]", "", found[0])
        near = text[max(0, found.start() - 16) : found.start()]
        if _coded(text, found.start()) or not (_ACCOUNT_WORDS.search(near) or _is_card(number)):
            continue
        yield Span(found.start(), found.end(), "account")


def _words(text: str, _today: date) -> Iterator[Span]:
    for found in _MAIL.finditer(text):
        yield Span(found.start(), found.end(), "contact")
    for found in _CHAT.finditer(text):
        yield Span(found.start(1), found.end(1), "contact")
    for found in _PLATE.finditer(text):
        yield Span(found.start(), found.end(), "plate")
    for found in _ADDRESS.finditer(text):
        # Nothing separates an address from the words before it: it begins after the last of those that lead to one.
        lead = list(_BEFORE_ADDRESS.finditer(re.split(r"\d", found[0])[0][:-1]))
        yield Span(found.start() + (lead[-1].end() if lead else 0), found.end(), "address")


_FINDERS: tuple[Callable[[str, date], Iterator[Span]], ...] = (_identities, _numbers, _words)


def _said(text: str, at: int) -> bool:
    return "身份" in text[max(0, at - 12) : at]


def _looks_like_one(number: str) -> bool:
    """A number of 18 with a region and a birthday in it, mistyped in the rest; unless it is a credit code."""
    return number[0] in "12345678" and _is_day(number[6:14]) and bool(parse_uscc(number).faults)


def _is_day(text: str) -> bool:
    try:
        return 1900 <= date(int(text[:4]), int(text[4:6]), int(text[6:8])).year <= 2100
    except ValueError:
        return False


def _is_card(number: str) -> bool:
    """A payment card (GB/T 14504): its range and the check digit of Luhn; no licence of a lawyer."""
    if len(number) < 15 or not number.startswith(("62", "4", "5", "35", "37")):
        return False
    if not (parse_lawyer_licence(number).faults and parse_uscc(number).faults):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _coded(text: str, at: int) -> bool:
    """Whether the words before say that a number is a code or a licence, and not a person's."""
    before = text[max(0, at - 16) : at]
    return bool(_CODE_WORDS.search(before)) and "身份" not in before and "证件" not in before


def _aged(text: str, span: Span) -> Span:
    """A name whose owner is said to be a child is a child's."""
    if span.kind == "name" and (age := _AGED.match(text, span.end)) and int(age[1]) < _ADULT:
        return span._replace(kind="minor")
    return span


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _apart(spans: Sequence[Span]) -> list[Span]:
    """In order and apart: of two that overlap stays the kind that wins, then the longer."""
    order = list(KINDS)
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (order.index(one.kind), one.begin - one.end, one.begin)):
        if all(span.end <= one.begin or one.end <= span.begin for one in kept):
            kept.append(span)
    return sorted(kept)
