"""Cells of clerks' spreadsheets, read without guessing: pure functions from text to a value or a CellFault."""

import re
import unicodedata
from datetime import date, timedelta

LONG_TERM = "2099-12-31"
"""What the 2018 double-publicity standard writes for 长期 (发改办财金〔2018〕424号)."""

_INVISIBLE = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u2028\u2029\u2060\ufeff]")
_NOTHING = frozenset(
    {"", "/", "\\", "-", "--", "—", "——", "空", "无", "暂无", "未办", "零", "null", "none", "nil", "n/a"}
)
_LONGEST_NOTHING = max(map(len, _NOTHING))
_LONG_WORDS = frozenset({"长期", "长期有效", "永久", "永久有效", "无固定期限", "不定期"})
_CUT = re.compile(r"[(\[{【〔<:]")
_DAY = re.compile(
    r"(?P<year>\d{4}|\d{2})(?P<mark>[-/.年])(?P<month>\d{1,2})(?:[-/.月](?P<day>\d{1,2})日?|月)?"
    r"(?:[ T]?\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")


class CellFault(Exception):
    """A cell that cannot be read. `rule` is a stable English code, `message` Chinese; the value is not in it."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


def header_name(text: str) -> str:
    """The name in a header: what stands before its first bracket or colon, full- and half-width forms equal.

    `行政相对人（必填）`, `＊行政相对人 :必填` and `行政相对人` are one name, and so are `xk_xdr_mc` and `XK_XDR_MC`.
    """
    name = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return _CUT.split(name.lstrip("* \t\n"), maxsplit=1)[0].translate(_UNSPACED).upper()


_UNSPACED = {ord(mark): None for mark in " \t\r\n*、_"}


def read_text(text: str) -> str:
    """The text without invisible characters and outer spaces; what only stands for "nothing" becomes empty."""
    if not text.isprintable():
        text = _INVISIBLE.sub("", text.replace("\u00a0", " "))
    clean = text.strip(" \t\r\n\u3000")
    if len(clean) > _LONGEST_NOTHING:
        return clean
    return "" if unicodedata.normalize("NFKC", clean).strip().lower() in _NOTHING else clean


def read_code(text: str) -> str:
    """An identifier: half-width, capitals, no spaces or separators that only group digits."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", read_text(text))).upper()


def match_name(name: str) -> str:
    """The form in which two spellings of one name are equal: widths, brackets and spaces do not count."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", name)).translate(_BRACKETS)
    return unicodedata.normalize("NFKC", re.sub(r"\s", "", folded).upper())


_BRACKETS = str.maketrans("【】[]〔〕", "()()()")


def read_name(text: str, *, shortest: int = 2) -> str:
    """A name of a person or an organisation.

    Raises CellFault `name-test`, `name-masked` or `name-short` for what live feeds carry instead of names.
    """
    name = read_text(text)
    if not name:
        return ""
    if "测试" in name or re.search(r"(?i)\btest\b", name):
        raise CellFault("name-test", "名称含有“测试”字样")
    if "*" in name or "＊" in name or "×" in name:
        raise CellFault("name-masked", "名称含有遮盖符号")
    if len(match_name(name)) < shortest:
        raise CellFault("name-short", f"名称少于 {shortest} 个字")
    return name


def read_date(text: str, *, end: bool = False) -> str:
    """A calendar day as `yyyy-mm-dd`, or empty.

    Understands 2026/3/1, 2026-03-01 10:00:00.0, 2026.03.01, 2026年3月1日, 20260301, 26.3.1 and the serial numbers of
    spreadsheets (46082). A month alone (2026.03) is its first day, its last when `end`. With `end`, 长期 and the year
    9999 are 2099-12-31. Raises CellFault `date-form` or `date-range`.
    """
    written = unicodedata.normalize("NFKC", read_text(text)).strip()
    if not written:
        return ""
    if written in _LONG_WORDS or written.startswith("9999"):
        if end:
            return LONG_TERM
        raise CellFault("date-form", "此处应为具体日期，不能是长期")
    if found := _COMPACT.fullmatch(written):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if _SERIAL.fullmatch(written):
        return (date(1899, 12, 30) + timedelta(days=int(float(written)))).isoformat()
    if found := _DAY.fullmatch(written):
        return _written_day(found, end=end)
    raise CellFault("date-form", "日期无法识别，应为 2026/03/01 的形式")


def _written_day(found: re.Match[str], *, end: bool) -> str:
    year, month = int(found["year"]), int(found["month"])
    short = len(found["year"]) == 2
    if short:
        year += 2000 if year < 70 else 1900
    if found["day"]:
        return _day(year, month, int(found["day"]))
    if short or (found["mark"] == "." and len(found["month"]) == 1):
        # 2026.1 may be what a spreadsheet makes of 2026.10
        raise CellFault("date-form", "日期不完整，应为 2026/03/01 的形式")
    first = date.fromisoformat(_day(year, month, 1))
    if not end:
        return first.isoformat()
    return ((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)).isoformat()


def _day(year: int, month: int, day: int) -> str:
    try:
        read = date(year, month, day)
    except ValueError:
        raise CellFault("date-range", "没有这一天") from None
    if not 1900 <= read.year <= 2099:
        raise CellFault("date-range", "年份应在 1900 至 2099 之间")
    return read.isoformat()
