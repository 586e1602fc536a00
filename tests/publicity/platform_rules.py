"""What a strict platform refuses of a row, written from the published tables and the notes in the templates' headers alone:
nothing here comes from the product. Rows are by code, dates as 2026/11/20.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SUBJECT = "MC:200 SHXYM:18 GSZC:50 ZZJG:9 SWDJ:15 SYDW:12 SHZZ:50"
LENGTHS = {
    "XK": "FRDB:50 FR_ZJHM:64 XDR_ZJLX:64 XDR_ZJHM:64 XKWS:64 WSH:64 XKLB:256 XKZS:64 XKBH:64 NR:4000 XKJG:200 "
    "XKJGDM:18 ZT:1 LYDW:200 LYDWDM:18",
    "CF": "FRDB:50 FR_ZJHM:64 XDR_ZJLX:64 XDR_ZJHM:64 WSH:64 WFXW:2000 SY:5000 YJ:2048 CFLB:64 NR:4000 NR_ZKDX:200 "
    "CFJG:200 CFJGDM:18 SJLY:200 SJLYDM:18",
}
MUST = {
    "XK": "XDR_MC XKWS WSH XKLB NR JDRQ YXQZ YXQZI XKJG XKJGDM ZT LYDW LYDWDM",
    "CF": "XDR_MC WSH WFXW SY YJ CFLB NR JDRQ YXQ CFJG CFJGDM SJLY SJLYDM",
}
PAPERS = {"身份证", "护照号", "港澳居民来往内地通行证", "台湾居民来往大陆通行证", "外国人永久居留身份证"}
PERMITS = {"普通", "特许", "认可", "核准", "登记"}
PENALTIES = {
    "警告", "通报批评", "罚款", "没收违法所得", "没收非法财物", "暂扣许可证件", "降低资质等级", "吊销许可证件",
    "限制开展生产经营活动", "责令停产停业", "责令关闭", "限制从业", "行政拘留", "停止执业", "停业整顿", "吊销执业证书",
}  # fmt: skip
NUMBER = re.compile(r"[^\s〔〕]{2,30}〔(?:19|20)[0-9]{2}〕[^\s〔〕]{0,11}[0-9]+(?:-[0-9]+)?号")


def refusals(row: Mapping[str, str], *, today: date) -> list[str]:
    """The codes of the columns that a row of a sheet of 2018 is refused for, in no order; empty when it is taken."""
    return sorted(set(_refused(row, today)))


def _refused(row: Mapping[str, str], today: date) -> Iterator[str]:
    prefix = "XK" if "XK_WSH" in row else "CF"
    cell = {code.removeprefix(f"{prefix}_"): text or "" for code, text in row.items()}
    found = [*_of_any(prefix, cell), *_of_authorities(cell), *_dates(cell, today)]
    found += _of_person(cell) if "XDR_ZJHM" in cell else _of_organisation(cell)
    found += _permit(cell) if prefix == "XK" else _penalty(cell)
    yield from (short if short == "BZ" else f"{prefix}_{short}" for short in found)


def _of_any(prefix: str, cell: Mapping[str, str]) -> Iterator[str]:
    yield from (short for short in MUST[prefix].split() if not cell.get(short))
    sizes = [f"XDR_{size}" for size in SUBJECT.split()] + LENGTHS[prefix].split() + ["BZ:512"]
    for short, _, longest in (size.partition(":") for size in sizes):
        if len(cell.get(short, "")) > int(longest):
            yield short
    name = cell.get("XDR_MC", "")
    if any(mark in name for mark in ("测试", "*", "＊", "×")) or len(name.strip()) < 2:
        yield "XDR_MC"
    if cell.get("WSH") and not NUMBER.fullmatch(cell["WSH"]):
        yield "WSH"


def _of_authorities(cell: Mapping[str, str]) -> Iterator[str]:
    for short in ("XKJGDM", "LYDWDM", "CFJGDM", "SJLYDM"):
        if cell.get(short) and not uscc_holds(cell[short]):
            yield short
    if cell.get("FR_ZJHM") and not resident_holds(cell["FR_ZJHM"]):
        yield "FR_ZJHM"


def _permit(cell: Mapping[str, str]) -> Iterator[str]:
    if cell.get("ZT") and cell["ZT"] not in ("1", "2"):
        yield "ZT"
    kind = cell.get("XKLB", "")
    if kind and kind not in PERMITS and not re.fullmatch("其他-.+", kind):
        yield "XKLB"


def _of_person(cell: Mapping[str, str]) -> Iterator[str]:
    for short in ("XDR_ZJLX", "XDR_ZJHM"):
        if not cell.get(short):
            yield short
    if cell.get("XDR_ZJLX") and cell["XDR_ZJLX"] not in PAPERS:
        yield "XDR_ZJLX"
    if cell.get("XDR_ZJLX") == "身份证" and cell.get("XDR_ZJHM") and not resident_holds(cell["XDR_ZJHM"]):
        yield "XDR_ZJHM"


def _of_organisation(cell: Mapping[str, str]) -> Iterator[str]:
    code, registration = cell.get("XDR_SHXYM") or "", cell.get("XDR_GSZC") or ""
    if not cell.get("FRDB"):
        yield "FRDB"
    if not code:
        yield "XDR_SHXYM"
    elif code == "00000000000000000X":
        if not registration:
            yield "XDR_GSZC"
    elif not uscc_holds(code):
        yield "XDR_SHXYM"
    if registration and not registration_holds(registration):
        yield "XDR_GSZC"
    if cell.get("XDR_ZZJG") and not organisation_code_holds(cell["XDR_ZZJG"]):
        yield "XDR_ZZJG"


def _dates(cell: Mapping[str, str], today: date) -> Iterator[str]:
    read: dict[str, date] = {}
    for short in ("JDRQ", "YXQZ", "YXQZI", "YXQ", "GSJZQ"):
        if cell.get(short):
            try:
                year, month, day = cell[short].split("/")
                read[short] = date(int(year), int(month), int(day))
            except ValueError:
                yield short
    decided = read.get("JDRQ")
    if decided and decided > today:
        yield "JDRQ"
    if decided:
        yield from (short for short in ("YXQZ", "YXQ", "GSJZQ") if short in read and read[short] < decided)
    if "YXQZI" in read and read["YXQZI"] < read.get("YXQZ", decided or date.min):
        yield "YXQZI"


def _penalty(cell: Mapping[str, str]) -> Iterator[str]:
    kinds = [kind for kind in (cell.get("CFLB") or "").split(";") if kind]
    if any(kind not in PENALTIES and not re.fullmatch("其他-.+", kind) for kind in kinds):
        yield "CFLB"
    for wanted, short in (("罚款", "NR_FK"), ("没收", "NR_WFFF"), ("暂扣", "NR_ZKDX"), ("吊销", "NR_ZKDX")):
        if any(kind.startswith(wanted) for kind in kinds) and not cell.get(short):
            yield short
    for short in ("NR_FK", "NR_WFFF"):
        if cell.get(short) and not _is_amount(cell[short]):
            yield short


def _is_amount(text: str) -> bool:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return False
    exponent = amount.as_tuple().exponent
    return amount.is_finite() and 0 <= amount < 10**12 and isinstance(exponent, int) and exponent >= -6


def uscc_holds(code: str) -> bool:
    """GB 32100-2015: weights are powers of three modulo 31."""
    if len(code) != 18 or set(code) - set(ALPHABET):
        return False
    total = sum(ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    return ALPHABET[(31 - total % 31) % 31] == code[17]


def resident_holds(number: str) -> bool:
    """GB 11643-1999, for numbers of 18."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return False
    total = sum(int(sign) * pow(2, 17 - place, 11) for place, sign in enumerate(number[:17]))
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return "10X98765432"[total % 11] == number[17]


def organisation_code_holds(code: str) -> bool:
    """GB 11714-1997: eight signs and a check sign."""
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return False
    signs = [ord(sign) - (48 if sign.isdigit() else 55) for sign in code[:8]]
    left = 11 - sum(map(int.__mul__, signs, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    return {10: "X", 11: "0"}.get(left, str(left)) == code[8]


def registration_holds(number: str) -> bool:
    """GS 15-2006: fifteen digits, the last by the recursive method modulo 11, 10; thirteen digits of before."""
    if re.fullmatch(r"[0-9]{13}", number):
        return True
    if not re.fullmatch(r"[0-9]{15}", number):
        return False
    product = 10
    for sign in number[:14]:
        product = (product + int(sign)) % 10 or 10
        product = product * 2 % 11
    return (product + int(number[14])) % 10 == 1
