"""Citations of law in what offices write: `《中华人民共和国律师法》第五十条第一款第（一）项`. Pure."""

import re
import unicodedata
from dataclasses import dataclass

_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_NUMBER = r"[〇零一二两三四五六七八九十百0-9]+"
_LAW = r"《(?P<titled>[^《》]{2,80})》|(?P<bare>[\u4e00-\u9fff]{1,38}?(?:法|条例|办法|规定|规则|细则|决定))(?=第)"
_PLACE = rf"第(?P<article>{_NUMBER})条(?:之(?P<of>{_NUMBER}))?(?:第(?P<paragraph>{_NUMBER})款)?(?:第[(（]?(?P<item>{_NUMBER})[)）]?项)?"
_CITED = re.compile(f"{_LAW}|{_PLACE}")
_DOCUMENT = re.compile(r"[〔\[（(]\d{4}[〕\]）)]\s*(?:第)?\d{1,5}\s*号")


@dataclass(frozen=True)
class Citation:
    """A place in a law, of which the name stands without 中华人民共和国 and year; None is what the text does not say."""

    law: str
    article: int
    of: int | None = None
    paragraph: int | None = None
    item: int | None = None

    def covers(self, other: "Citation") -> bool:
        """Whether `other` is this place or lies within it."""
        if (self.law, self.article, self.of) != (other.law, other.article, other.of):
            return False
        return self.paragraph in (None, other.paragraph) and self.item in (None, other.item)

    @property
    def exactness(self) -> int:
        return (self.paragraph is not None) + (self.item is not None)


def citations(text: str) -> tuple[Citation, ...]:
    """The places cited, in the order of the text; an article without a law before it belongs to the law named last."""
    found: list[Citation] = []
    law = ""
    for match in _CITED.finditer(text):
        if match["article"] is None:
            law = _name(match["titled"] or match["bare"])
        elif law and (article := number(match["article"])) is not None:
            found.append(
                Citation(law, article, _part(match["of"]), _part(match["paragraph"]), _part(match["item"]))
            )
    return tuple(found)


def has_article(text: str) -> bool:
    """Whether a line of legal basis names an article, as a power or a penalty needs it."""
    return bool(citations(text))


def has_document(text: str) -> bool:
    """Whether it names a document by its number, `国办发〔2015〕51号`: policy papers have no articles."""
    return _DOCUMENT.search(unicodedata.normalize("NFKC", text)) is not None


def number(text: str) -> int | None:
    """A number in Chinese or Arabic figures up to 999, None for what is none."""
    text = unicodedata.normalize("NFKC", text)
    if text.isdecimal() and text.isascii():
        return int(text) if len(text) < 4 else None
    total = digit = 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            return None
    return total + digit or None


def _part(text: str | None) -> int | None:
    return number(text) if text else None


def _name(law: str) -> str:
    name = re.sub(r"[(（].*?[)）]", "", unicodedata.normalize("NFKC", law)).strip()
    # A bare name may follow other words: 其行为违反了律师法第四十七条.
    name = re.sub(r"^.*(?:违反了?|依据|根据|依照|按照|适用)|^(?:以及|及|和|与)", "", name)
    return name.removeprefix("中华人民共和国")
