"""Identifiers of organisations and people, parsed to values that say what is wrong with them. Pure.

Every parser takes what was written and never raises: `faults` are reasons to refuse it, `warnings` reasons to look
again. Both are stable English codes; `WORDS` has them in Chinese.
"""

import string
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent
from stdnum.iso7064 import mod_11_10

PLACEHOLDER = "0" * 17 + "X"
"""Written for an individual business without a code (发改办财金〔2018〕424号); its checksum is wrong by intention."""

WORDS = {
    "length": "位数不对",
    "characters": "含有不允许的字符",
    "checksum": "校验位不符",
    "prefix": "登记管理部门或机构类别代码未知",
    "placeholder": "占位代码，不能作为机构的身份",
    "date": "日期部分无效",
    "region": "行政区划代码未知",
    "category": "执业类别代码未知",
    "sex": "性别代码未知",
    "year": "年份部分无效",
    "text-kind": "首位应为 1",
    "old-form": "旧式号码",
    "precision": "号码以数值存放，末位已丢失，请改为文本",
}

_WIDTHS = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PREFIXES = {
    "11": "机关", "12": "事业单位", "13": "编办直接管理机构编制的群众团体", "19": "机构编制其他",
    "21": "外国常驻新闻机构", "29": "外交其他",
    "31": "律师执业机构", "32": "公证处", "33": "基层法律服务所", "34": "司法鉴定机构", "35": "仲裁委员会", "39": "司法行政其他",
    "41": "外国在华文化中心", "49": "文化其他",
    "51": "社会团体", "52": "民办非企业单位", "53": "基金会", "54": "社会团体分支机构", "55": "民办非企业单位分支机构",
    "59": "民政其他", "61": "外国旅游部门常驻代表机构", "62": "港澳台地区旅游部门常驻代表机构", "69": "旅游其他",
    "71": "宗教活动场所", "72": "宗教院校", "79": "宗教其他", "81": "基层工会", "89": "工会其他",
    "91": "企业", "92": "个体工商户", "93": "农民专业合作社",
    "A1": "军队事业单位", "A9": "军队其他", "N1": "组级集体经济组织", "N2": "村级集体经济组织",
    "N3": "乡镇级集体经济组织", "N9": "农业其他", "Y1": "其他",
}  # fmt: skip


@dataclass(frozen=True)
class Uscc:
    """A unified social credit code (GB 32100-2015), 18 characters. `kind` is what its first two say, "" if unknown."""

    text: str
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return _PREFIXES.get(self.text[:2], "")

    @property
    def region(self) -> str:
        """The six digits of GB/T 2260, as they stand."""
        return self.text[2:8]


def parse_uscc(text: str, *, authoritative: bool = False) -> Uscc:
    """Parses a code; letters in the prefix (A1, N1, Y1) and in the region are allowed, as GB 32100 allows them.

    Some codes were issued with a wrong check character, so an `authoritative` source makes a checksum failure a
    warning. The placeholder passes with a warning: it is lawful in feeds and identifies nobody.
    """
    code = _compact(text)
    if code == PLACEHOLDER:
        return Uscc(code, warnings=("placeholder",))
    if faults := _form(code, 18, _ALPHABET):
        return Uscc(code, faults)
    warnings: tuple[str, ...] = () if code[:2] in _PREFIXES else ("prefix",)
    if uscc.calc_check_digit(code[:17]) == code[17]:
        return Uscc(code, warnings=warnings)
    if authoritative:
        return Uscc(code, warnings=(*warnings, "checksum"))
    return Uscc(code, ("checksum",), warnings)


@dataclass(frozen=True)
class ResidentId:
    """A citizen's identity number (GB 11643-1999)."""

    text: str
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def born(self) -> date | None:
        return (
            None if self.faults else date(int(self.text[6:10]), int(self.text[10:12]), int(self.text[12:14]))
        )

    @property
    def sex(self) -> Literal["男", "女"] | None:
        if self.faults:
            return None
        return "男" if int(self.text[16]) % 2 else "女"


def parse_resident_id(text: str) -> ResidentId:
    """Parses a number of 18: ISO 7064 MOD 11-2 and the date must hold. A region that the tables do not know is only a
    warning, as GB/T 2260 changes and abolished codes live on in people's numbers."""
    number = _compact(text)
    if faults := _form(number, 18, "0123456789X") or _form(number[:17], 17, "0123456789"):
        return ResidentId(number, faults)
    if ric.calc_check_digit(number) != number[17]:
        return ResidentId(number, ("checksum",))
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return ResidentId(number, ("date",))
    if born.year < 1850:
        return ResidentId(number, ("date",))
    return ResidentId(number, warnings=() if _known_region(number[:10]) else ("region",))


@lru_cache(maxsize=8_192)
def _known_region(region_and_year: str) -> bool:
    """Whether there was such a region in that year; cached, as the look-up walks long tables."""
    try:
        ric.get_birth_place(f"{region_and_year}0101")
    except InvalidComponent:
        return False
    return True


_LAWYER_CATEGORIES = {
    "1": "专职", "2": "兼职", "3": "香港", "4": "澳门", "5": "台湾", "6": "公职", "7": "公司", "8": "法律援助", "9": "军队",
}  # fmt: skip


@dataclass(frozen=True)
class LawyerLicence:
    """A lawyer's licence number of 17 digits.

    Province, city and category change with every transfer; only `serial`, the last six, is the person's for life.
    The parts are "" or None where the number is faulty or of the old form.
    """

    text: str
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def province(self) -> str:
        return self._part(1, 3)

    @property
    def city(self) -> str:
        return self._part(3, 5)

    @property
    def year(self) -> int | None:
        return int(self._part(5, 9) or 0) or None

    @property
    def category(self) -> str:
        return _LAWYER_CATEGORIES.get(self._part(9, 10), "")

    @property
    def sex(self) -> Literal["男", "女"] | None:
        if not self._part(10, 11):
            return None
        return "男" if self.text[10] == "0" else "女"

    @property
    def serial(self) -> str:
        return self._part(11, 17)

    def _part(self, start: int, end: int) -> str:
        return "" if self.faults or len(self.text) != 17 else self.text[start:end]


def parse_lawyer_licence(text: str) -> LawyerLicence:
    """Parses a number of 17 digits: 1, province 2, city 2, year 4, category, sex, serial 6. It has no check digit.

    The 12 digits of older cards are accepted with the warning `old-form`; a Greater Bay Area number, whose category
    is 0, with the warning `category`.
    """
    number = _compact(text)
    if len(number) == 12 and _digits(number):
        return LawyerLicence(number, warnings=("old-form",))
    if faults := _form(number, 17, "0123456789"):
        return LawyerLicence(number, faults)
    faults = tuple(
        code
        for code, holds in (
            ("text-kind", number[0] == "1"),
            ("region", "11" <= number[1:3] <= "82"),
            ("year", 1979 <= int(number[5:9]) <= 2099),
            ("sex", number[10] in "01"),
        )
        if not holds
    )
    return LawyerLicence(number, faults, () if number[9] in _LAWYER_CATEGORIES else ("category",))


@dataclass(frozen=True)
class ForensicLicence:
    """A forensic institution's or appraiser's licence number; `institution` is the institution's part of it."""

    text: str
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def institution(self) -> str:
        return self.text[:9] if len(self.text) == 12 else self.text


def parse_forensic_institution(text: str) -> ForensicLicence:
    """Accepts a credit code (34…, 12… and others), 9 digits (2 province, 2 city, 2 year, 3 serial), or the 7 of 2001."""
    number = _compact(text)
    if len(number) == 18:
        code = parse_uscc(number, authoritative=True)
        return ForensicLicence(number, code.faults, code.warnings)
    if not _digits(number):
        return ForensicLicence(number, ("characters",))
    if len(number) not in (7, 9):
        return ForensicLicence(number, ("length",))
    return ForensicLicence(number, warnings=("old-form",) if len(number) == 7 else ())


def parse_forensic_appraiser(text: str) -> ForensicLicence:
    """12 digits: the institution's nine and a serial of three."""
    number = _compact(text)
    return ForensicLicence(number, _form(number, 12, "0123456789"))


@dataclass(frozen=True)
class OldCode:
    """A code from before GB 32100, as such columns still carry it."""

    text: str
    faults: tuple[str, ...] = ()


def parse_organisation_code(text: str) -> OldCode:
    """组织机构代码 (GB 11714-1997): eight digits or capitals and a check character, with or without the hyphen."""
    code = _compact(text).replace("-", "")
    if faults := _form(code, 9, string.digits + string.ascii_uppercase):
        return OldCode(code, faults)
    weighted = sum(weight * int(sign, 36) for weight, sign in zip(_OF_ORGANISATION, code[:8], strict=True))
    return OldCode(code, () if "0X987654321"[weighted % 11] == code[8] else ("checksum",))


_OF_ORGANISATION = (3, 7, 9, 10, 5, 8, 4, 2)


def parse_registration(text: str) -> OldCode:
    """工商注册号 (工商行政管理市场主体注册号编制规则, GS 15-2006): 15 digits with a check digit (ISO 7064 MOD 11,10), or the 13
    of before, which have none."""
    number = _compact(text)
    if not _digits(number):
        return OldCode(number, ("characters",))
    if len(number) not in (13, 15):
        return OldCode(number, ("length",))
    return OldCode(number, () if len(number) == 13 or mod_11_10.is_valid(number) else ("checksum",))


def _form(text: str, length: int, alphabet: str) -> tuple[str, ...]:
    if "E+" in text:
        return ("precision",)
    if len(text) != length:
        return ("length",)
    return () if set(text) <= set(alphabet) else ("characters",)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _compact(text: str) -> str:
    """Half-width capitals without spaces; full-width digits are what input methods leave behind."""
    return "".join(text.translate(_WIDTHS).split()).upper()
