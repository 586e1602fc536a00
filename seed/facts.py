"""What happened in the demo city in two years: permits, penalties, assessments, awards, complaints. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from seed.city import CITY, City, Firm, Person

BUREAU = f"{CITY}司法局"
BUREAU_USCC = "11310000MB00000009"


@dataclass(frozen=True)
class Fact:
    """One credit event to be: of a person, or of a firm where `person` is None. `columns` by XK_/CF_ code."""

    kind: str
    decided_on: date
    firm: Firm
    person: Person | None
    document_number: str | None
    summary: str
    severity: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    detail: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Offence:
    """A kind of penalty case: what was done, by which article it is punished, and how."""

    profession: str
    of_firm: bool
    conduct: str
    story: str
    basis: str
    kinds: str
    fine: tuple[int, int]
    severity: str
    suspension: str | None = None


_OFFENCES = (
    _Offence("lawyer", False, "同时在两个以上律师事务所执业", "经查，当事人在本所执业期间，以另一律师事务所名义接受委托并收取代理费。", "《中华人民共和国律师法》第四十七条第（一）项", "警告", (0, 0), "轻微"),
    _Offence("lawyer", False, "在同一案件中为双方当事人担任代理人", "经查，当事人在一起民间借贷纠纷中先后为原、被告双方提供代理服务。", "《中华人民共和国律师法》第四十七条第（三）项", "警告;罚款", (2000, 5000), "一般"),
    _Offence("lawyer", False, "私自接受委托、收取费用", "经查，当事人未经本所统一接受委托，私自向委托人收取律师服务费。", "《中华人民共和国律师法》第四十八条第（一）项", "警告;罚款;没收违法所得", (3000, 10000), "一般"),
    _Offence("lawyer", False, "利用提供法律服务的便利牟取当事人争议的权益", "经查，当事人以低价受让委托人争议房产份额。", "《中华人民共和国律师法》第四十八条第（三）项", "暂扣或吊销许可证", (0, 0), "一般", "停止执业三个月"),
    _Offence("lawyer", False, "向司法机关工作人员请客送礼", "经查，当事人在代理案件期间宴请承办人员并赠送购物卡。", "《中华人民共和国律师法》第四十九条第一款第（二）项", "暂扣或吊销许可证;罚款", (10000, 50000), "严重", "停止执业一年"),
    _Offence("lawyer", True, "违反规定接受委托、收取费用", "经查，该所未与委托人签订书面委托合同即收取费用，且未开具票据。", "《中华人民共和国律师法》第五十条第一款第（一）项", "警告;罚款", (5000, 30000), "一般"),
    _Offence("lawyer", True, "对本所律师疏于管理，造成严重后果", "经查，该所对律师私自收费行为长期失察，造成委托人重大损失。", "《中华人民共和国律师法》第五十条第一款第（八）项", "责令停产停业;罚款", (30000, 100000), "严重"),
    _Offence("notary", False, "为不真实、不合法的事项出具公证书", "经查，当事人未核实申请人身份即出具委托公证书。", "《中华人民共和国公证法》第四十二条第一款第（二）项", "警告;罚款", (2000, 10000), "一般"),
    _Offence("notary", True, "以诋毁其他公证机构等不正当手段争揽公证业务", "经查，该处以支付回扣方式争揽公证业务。", "《中华人民共和国公证法》第四十一条第（一）项", "警告", (0, 0), "轻微"),
    _Offence("forensic_appraiser", False, "违反司法鉴定程序规则", "经查，当事人在鉴定中未按规定由两名鉴定人共同进行鉴定。", "《上海市司法鉴定管理条例》第四十八条", "警告", (0, 0), "轻微"),
    _Offence("forensic_appraiser", True, "超出登记业务范围从事司法鉴定", "经查，该机构超出登记的业务范围接受委托并出具鉴定意见。", "《上海市司法鉴定管理条例》第四十九条", "警告;没收违法所得", (0, 0), "一般"),
    _Offence("grassroots_worker", False, "超越业务范围和诉讼代理执业区域代理案件", "经查，当事人在执业区域外代理民事诉讼案件并收取费用。", "《基层法律服务工作者管理办法》第四十六条第（一）项", "警告;罚款", (1000, 5000), "一般"),
)  # fmt: skip
_PERMITS = {
    "lawyer": ("律师执业许可", "律师执业证", "准予执业"),
    "notary": ("公证员执业许可", "公证员执业证", "准予任职执业"),
    "forensic_appraiser": ("司法鉴定人执业登记", "司法鉴定人执业证", "准予登记"),
    "grassroots_worker": ("基层法律服务工作者执业核准", "法律服务工作者执业证", "准予执业"),
    "law_firm": ("律师事务所设立许可", "律师事务所执业许可证", "准予设立"),
    "forensic_institution": ("司法鉴定机构设立登记", "司法鉴定许可证", "准予登记"),
    "grassroots_office": ("基层法律服务所设立核准", "基层法律服务所执业证", "准予设立"),
    "notary_office": ("公证机构设立核准", "公证机构执业证", "准予设立"),
}
_GRADES = {
    "lawyer": (("称职", 965), ("基本称职", 27), ("不称职", 8)),
    "notary": (("称职", 970), ("基本称职", 24), ("不称职", 6)),
    "forensic_appraiser": (("合格", 985), ("不合格", 15)),
    "legal_aid_worker": (("称职", 990), ("基本称职", 10)),
    "grassroots_worker": (("称职", 955), ("基本称职", 35), ("不称职", 10)),
}
_FIRM_GRADES = (("合格", 975), ("不合格", 25))
_AWARDS = ("优秀律师", "公共法律服务先进个人", "矛盾纠纷化解能手", "青年法律服务标兵")
_FIRM_AWARDS = ("文明窗口单位", "公共法律服务先进集体", "诚信执业示范机构")


def facts(city: City) -> list[Fact]:
    """All events of the two years before `city.today`, oldest first."""
    chance = Random(f"demo-facts|{city.today.isoformat()}")
    found = [
        *_permits(chance, city),
        *_penalties(chance, city),
        *_assessments(chance, city),
        *_other(chance, city),
    ]
    return sorted(
        found, key=lambda fact: (fact.decided_on, fact.kind, fact.document_number or "", fact.summary)
    )


def _penalties(chance: Random, city: City) -> Iterator[Fact]:
    by_profession: dict[str, list[Person]] = {}
    for person in city.people:
        by_profession.setdefault(person.profession, []).append(person)
    for n in range(126):
        offence = chance.choices(_OFFENCES, [9, 8, 9, 4, 2, 7, 3, 3, 2, 5, 3, 4])[0]
        person = chance.choice(by_profession[offence.profession])
        firm = city.firms[person.firm]
        decided = city.today - timedelta(days=chance.randint(4, 720))
        if decided <= max(person.granted_on, firm.established_on):
            continue
        fine = (
            Decimal(chance.randrange(offence.fine[0], offence.fine[1] + 1, 500)) / 10000
            if offence.fine[1]
            else None
        )
        gain = (
            Decimal(chance.randrange(2000, 40000, 500)) / 10000 if "没收违法所得" in offence.kinds else None
        )
        number = f"示司罚决字〔{decided.year}〕第{n + 1}号"
        content = [word for word in offence.kinds.split(";") if word == "警告"]
        content += [f"罚款{fine * 10000:.0f}元"] if fine else []
        content += [f"没收违法所得{gain * 10000:.0f}元"] if gain else []
        content += [offence.suspension] if offence.suspension else []
        content += ["停业整顿一个月"] if "责令停产停业" in offence.kinds else []
        of_firm = offence.of_firm
        columns = {
            **_party("CF", firm, None if of_firm else person),
            "CF_WSH": number,
            "CF_WFXW": offence.conduct,
            "CF_SY": offence.story,
            "CF_YJ": offence.basis,
            "CF_CFLB": offence.kinds,
            "CF_NR": "，".join(content),
            "CF_JDRQ": decided.isoformat(),
            "CF_YXQ": "2099-12-31",
            "CF_CFJG": BUREAU,
            "CF_CFJGDM": BUREAU_USCC,
            "CF_SJLY": BUREAU,
            "CF_SJLYDM": BUREAU_USCC,
        }
        if fine:
            columns["CF_NR_FK"] = f"{fine:.6f}"
        if gain:
            columns["CF_NR_WFFF"] = f"{gain:.6f}"
        if offence.suspension:
            columns["CF_NR_ZKDX"] = f"律师执业证 {person.licence_number}"
        yield Fact(
            "penalty",
            decided,
            firm,
            None if of_firm else person,
            number,
            offence.conduct,
            offence.severity,
            columns,
        )


def _permits(chance: Random, city: City) -> Iterator[Fact]:
    recent = city.today - timedelta(days=400)
    parties: list[tuple[Firm, Person | None, date]] = [
        (city.firms[p.firm], p, p.granted_on)
        for p in city.people
        if p.granted_on > recent and p.profession in _PERMITS
    ]
    parties += [
        (f, None, f.established_on) for f in city.firms if f.established_on > recent and f.kind in _PERMITS
    ]
    chance.shuffle(parties)
    for n, (firm, person, decided) in enumerate(parties):
        name, certificate, verb = _PERMITS[person.profession if person else firm.kind]
        number = f"示司许决字〔{decided.year}〕第{n + 1:04d}号"
        yield Fact(
            "permit",
            decided,
            firm,
            person,
            number,
            name,
            None,
            {
                **_party("XK", firm, person),
                "XK_XKWS": f"准予{name}决定书",
                "XK_WSH": number,
                "XK_XKLB": "普通",
                "XK_XKZS": certificate,
                "XK_XKBH": person.licence_number if person else firm.licence_number,
                "XK_NR": f"{verb}：{person.name if person else firm.name}",
                "XK_JDRQ": decided.isoformat(),
                "XK_YXQZ": decided.isoformat(),
                "XK_YXQZI": "2099-12-31",
                "XK_XKJG": BUREAU,
                "XK_XKJGDM": BUREAU_USCC,
                "XK_ZT": "1",
                "XK_LYDW": BUREAU,
                "XK_LYDWDM": BUREAU_USCC,
            },
        )


def _party(prefix: str, firm: Firm, person: Person | None) -> dict[str, str]:
    if person is not None:
        return {
            f"{prefix}_XDR_MC": person.name,
            f"{prefix}_XDR_LB": "自然人",
            f"{prefix}_XDR_ZJLX": "身份证",
            f"{prefix}_XDR_ZJHM": person.id_number,
        }
    return {
        f"{prefix}_XDR_MC": firm.name,
        f"{prefix}_XDR_LB": "法人及非法人组织",
        f"{prefix}_XDR_SHXYM": firm.uscc,
        f"{prefix}_FRDB": firm.head,
    }


def _assessments(chance: Random, city: City) -> Iterator[Fact]:
    """Last year's and the year before's annual assessment, decided at the end of May of the year after."""
    for year in (city.today.year - 2, city.today.year - 1):
        decided = date(year + 1, 5, 29)
        if decided > city.today:
            continue
        for person in city.people:
            if person.granted_on.year <= year:
                grades = _GRADES[person.profession]
                grade = chance.choices([g for g, _ in grades], [w for _, w in grades])[0]
                yield Fact(
                    "annual_assessment",
                    decided,
                    city.firms[person.firm],
                    person,
                    None,
                    f"{year}年度考核：{grade}",
                    detail={"year": year, "grade": grade, "of": person.profession},
                )
        for firm in city.firms:
            if firm.established_on.year <= year:
                grade = chance.choices([g for g, _ in _FIRM_GRADES], [w for _, w in _FIRM_GRADES])[0]
                yield Fact(
                    "annual_assessment",
                    decided,
                    firm,
                    None,
                    None,
                    f"{year}年度考核：{grade}",
                    detail={"year": year, "grade": grade, "of": firm.kind},
                )


def _other(chance: Random, city: City) -> Iterator[Fact]:
    """Awards, pro bono hours, bar sanctions and upheld complaints."""
    people, firms = list(city.people), list(city.firms)
    lawyers = [person for person in people if person.profession == "lawyer"]
    sanctions = (("训诫", "警告", "通报批评", "公开谴责"), (50, 30, 15, 5))
    drawn: list[tuple[str, Person | Firm, str, str]] = [
        *(
            ("award", p, "示司表〔{year}〕{n}号", f"授予“{chance.choice(_AWARDS)}”称号")
            for p in chance.sample(people, 260)
        ),
        *(
            ("award", f, "示司集〔{year}〕{n}号", f"授予“{chance.choice(_FIRM_AWARDS)}”称号")
            for f in chance.sample(firms, 40)
        ),
        *(
            ("pro_bono", p, "GY{year}{n:05d}", f"公益法律服务 {chance.randint(10, 80)} 小时")
            for p in chance.sample(lawyers, 900)
        ),
        *(
            ("bar_sanction", p, "示律处〔{year}〕{n}号", f"行业处分：{chance.choices(*sanctions)[0]}")
            for p in chance.sample(lawyers, 70)
        ),
        *(
            ("complaint_upheld", f, "示司诉查〔{year}〕{n}号", "投诉查实：未按约定提供法律服务，已责令改正")
            for f in chance.choices(firms, k=64)
        ),
    ]
    for n, (kind, subject, number, summary) in enumerate(drawn, 1):
        decided = city.today - timedelta(days=chance.randint(10, 720))
        if isinstance(subject, Person):
            firm, person, since = city.firms[subject.firm], subject, subject.granted_on
        else:
            firm, person, since = subject, None, subject.established_on
        if decided > since:
            yield Fact(kind, decided, firm, person, number.format(year=decided.year, n=n), summary)
