"""The demo city as plain values: who exists and what happened to them. Pure; the same day gives the same city."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from seed import names, numbers

# The city's districts with their share of firms: the shape of Shanghai's, where half of them sit in four districts.
DISTRICTS = (
    ("310101", "黄浦区", 13), ("310104", "徐汇区", 11), ("310105", "长宁区", 8), ("310106", "静安区", 14),
    ("310107", "普陀区", 7), ("310109", "虹口区", 6), ("310110", "杨浦区", 5), ("310112", "闵行区", 5),
    ("310113", "宝山区", 3), ("310114", "嘉定区", 3), ("310115", "浦东新区", 18), ("310116", "金山区", 1),
    ("310117", "松江区", 2), ("310118", "青浦区", 2), ("310120", "奉贤区", 1), ("310151", "崇明区", 1),
)  # fmt: skip
_ROADS = (
    "明德路",
    "中兴路",
    "长宁路",
    "和平大道",
    "文津街",
    "科苑路",
    "江宁路",
    "临江大道",
    "学府路",
    "望海路",
)
CITY = "示范市"


@dataclass(frozen=True)
class Firm:
    key: int
    kind: str
    name: str
    uscc: str
    district: str
    form: str
    head: str
    address: str
    phone: str
    established_on: date
    licence_number: str
    weight: float


@dataclass(frozen=True)
class Person:
    key: int
    firm: int
    name: str
    female: bool
    id_number: str
    phone: str
    profession: str
    licence_number: str
    category: str | None
    granted_on: date


@dataclass(frozen=True)
class Official:
    """An inspector. `lead` may sit on seat 0; a certificate may have run out, as some do."""

    certificate: str
    name: str
    unit: str
    district: str
    kinds: tuple[str, ...]
    lead: bool
    valid_until: date


@dataclass(frozen=True)
class City:
    today: date
    firms: Sequence[Firm]
    people: Sequence[Person]
    officials: Sequence[Official]


@dataclass(frozen=True)
class _Trade:
    kind: str
    profession: str
    prefix: str
    count: int
    people: int
    suffix: str
    forms: tuple[str, ...]


_TRADES = (
    _Trade("law_firm", "lawyer", "31", 214, 4700, "律师事务所", ("普通合伙", "普通合伙", "普通合伙", "特殊的普通合伙", "个人")),
    _Trade("notary_office", "notary", "32", 22, 380, "公证处", ("事业体制", "合作制")),
    _Trade("forensic_institution", "forensic_appraiser", "34", 28, 420, "司法鉴定所", ("独立设置", "高校设立", "医院设立")),
    _Trade("legal_aid_centre", "legal_aid_worker", "12", 17, 190, "法律援助中心", ("事业单位",)),
    _Trade("grassroots_office", "grassroots_worker", "33", 22, 310, "法律服务所", ("普通合伙",)),
)  # fmt: skip


def city(today: date) -> City:
    """The city as it stands on `today`: 303 organisations, 6,000 practitioners, 40 inspectors."""
    chance = Random(f"demo-city|{today.isoformat()}")
    words = names.firm_words(chance)
    firms: list[Firm] = []
    people: list[Person] = []
    taken: set[str] = set()
    for trade in _TRADES:
        own = [_firm(chance, trade, len(firms) + n, n, words, today) for n in range(trade.count)]
        firms.extend(own)
        people.extend(_people(chance, trade, own, len(people), today, taken))
    return City(today, firms, people, _officials(chance, today))


def _firm(chance: Random, trade: _Trade, key: int, n: int, words: Iterator[str], today: date) -> Firm:
    if trade.kind == "legal_aid_centre":
        code, area, _ = DISTRICTS[n % len(DISTRICTS)]
        name = f"{CITY}法律援助中心" if n == len(DISTRICTS) else f"{CITY}{area}法律援助中心"
    else:
        code, area, _ = chance.choices(DISTRICTS, [share for _, _, share in DISTRICTS])[0]
        name = f"{CITY}{next(words)}{trade.suffix}"
    established = date(chance.randint(1992, today.year - 1), chance.randint(1, 12), chance.randint(1, 28))
    return Firm(
        key=key,
        kind=trade.kind,
        name=name,
        uscc=numbers.uscc(trade.prefix, code, 70_000_000 + key * 37 + 11),
        district=code,
        form=chance.choice(trade.forms),
        head=names.person(chance, female=chance.random() < 0.35),
        address=f"{CITY}{area}{chance.choice(_ROADS)}{chance.randint(1, 1899)}号{chance.randint(2, 28)}楼",
        phone=f"021-5555{chance.randrange(10**4):04d}",
        established_on=established,
        licence_number=f"{trade.prefix}{code}{established:%Y}{key:05d}",
        # A few large firms employ most people.
        weight=chance.paretovariate(1.1),
    )


def _people(
    chance: Random, trade: _Trade, firms: Sequence[Firm], start: int, today: date, taken: set[str]
) -> Iterator[Person]:
    seats = list(firms) + chance.choices(firms, [f.weight for f in firms], k=trade.people - len(firms))
    for n, firm in enumerate(seats):
        key, female = start + n, chance.random() < 0.44
        born = date(today.year - chance.randint(26, 64), chance.randint(1, 12), chance.randint(1, 28))
        earliest = max(firm.established_on, date(born.year + 24, 7, 1))
        granted = min(
            earliest + timedelta(days=chance.randint(0, max((today - earliest).days - 400, 1))), today
        )
        # Some came in the last year, a few in the last fortnight: their permits are what double publicity shows, and
        # what still stands in the release when the demo opens.
        newcomer = chance.random()
        if newcomer < 0.05 and firm.established_on < today - timedelta(days=400):
            granted = today - timedelta(
                days=chance.randint(1, 13) if newcomer < 0.006 else chance.randint(14, 360)
            )
        id_number = numbers.resident_id(chance, born, female=female)
        while id_number in taken:
            id_number = numbers.resident_id(chance, born, female=female)
        taken.add(id_number)
        category = chance.choices(("专职", "兼职"), (94, 6))[0] if trade.profession == "lawyer" else None
        yield Person(
            key=key,
            firm=firm.key,
            name=names.person(chance, female=female),
            female=female,
            id_number=id_number,
            phone=numbers.mobile(chance),
            profession=trade.profession,
            licence_number=_licence(trade, firm, granted, category, key, n, female=female),
            category=category,
            granted_on=granted,
        )


def _licence(
    trade: _Trade, firm: Firm, granted: date, category: str | None, key: int, n: int, *, female: bool
) -> str:
    if trade.profession == "lawyer":
        code = 2 if category == "兼职" else 1
        return numbers.lawyer_licence(firm.district, granted.year, code, 100_000 + key, female=female)
    if trade.profession == "forensic_appraiser":
        return f"{firm.district[:2]}00{granted.year % 100:02d}{firm.key % 1000:03d}{n % 1000:03d}"
    return f"{trade.prefix}{firm.district}{granted:%y}{n:05d}"


_EXPERTISE = (
    ("law_firm", "grassroots_office"),
    ("law_firm", "notary_office", "legal_aid_centre"),
    ("forensic_institution", "law_firm"),
    ("forensic_institution", "grassroots_office", "law_firm", "legal_aid_centre", "notary_office"),
)


def _officials(chance: Random, today: date) -> list[Official]:
    officials = []
    for n in range(40):
        code, area, _ = DISTRICTS[n % len(DISTRICTS)]
        # Two certificates have run out: the frame shows them excluded, with the ground.
        spare = -30 if n in (17, 33) else chance.randint(200, 1500)
        officials.append(
            Official(
                certificate=f"09{code[2:]}{n + 1:04d}",
                name=names.person(chance, female=chance.random() < 0.4),
                unit=f"{CITY}{area}司法局",
                district=code,
                kinds=tuple(sorted(_EXPERTISE[n % len(_EXPERTISE)])),
                lead=n % 3 != 2,
                valid_until=today + timedelta(days=spare),
            )
        )
    return officials
