"""Lists and pledges of the demo city: a firm on the red list, one before the black list, promises kept, broken and due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from registry.credit.listing import find
from registry.credit.listing.proceed import Said, take
from registry.credit.listing.propose import ROLES, Proposal, Responsible, propose
from registry.credit.pledge.give import assess, give
from registry.credit.record import Subject
from registry.roster.enrol import Organisation, Practitioner
from registry.roster.find import Found
from seed.city import Firm
from seed.facts import BUREAU, BUREAU_USCC, Fact
from seed.office import Office

_PLEDGES = (
    # weeks before today, kind, reason, weeks it runs, performance, class of promiser
    (70, "主动型", "年度诚信执业承诺", 52, "全部履行", "firm"),
    (62, "行业自律型", "加入诚信服务公约", 40, "全部履行", "firm"),
    (48, "容缺受理型", "变更负责人，容缺受理验资证明", 2, "部分履行", "firm"),
    (40, "证明事项型", "申请执业，以承诺代替无犯罪记录证明", 4, "全部履行", "person"),
    (30, "审批替代型", "设立分所，以承诺代替现场核查", 26, "", "firm"),
    (22, "信用修复型", "申请信用修复", 20, "", "person"),
    (12, "主动型", "青年律师公益服务承诺", 52, "", "person"),
    (6, "容缺受理型", "变更住所，容缺受理租赁合同", 30, "", "firm"),
)


@dataclass
class Lists:
    """What the office does on its lists from week to week; `firms` and `people` are enrolled as the city goes on."""

    office: Office
    firms: Mapping[int, Organisation]
    people: Mapping[int, Practitioner]
    facts: Sequence[Fact]
    opened: dict[str, str] = field(default_factory=dict)
    pledged: dict[int, str] = field(default_factory=dict)

    def week(self, day: date) -> None:
        """The acts of the week that ends with `day`."""
        weeks = (self.office.city.today - day).days // 7
        self._red(weeks, day)
        self._black(weeks, day)
        for number, (given, *_) in enumerate(_PLEDGES):
            if given == weeks:
                self._pledge(number, day)
        for number, (given, _, _, runs, performance, _) in enumerate(_PLEDGES):
            if performance and weeks == given - runs - 1:
                self._assess(number, performance)

    def _red(self, weeks: int, day: date) -> None:
        if weeks == 16:
            firm = self._oldest()[2]
            self.opened["red"] = self._propose(
                firm,
                Proposal(
                    list_code="integrity",
                    criteria=["award", "public-service"],
                    cause="获评全国优秀律师事务所，近三年法律援助案件质量评估均为优秀",
                    facts="表彰决定、法律援助案件质量评估结果、无失信记录查询结果。",
                ),
            )
        elif weeks == 15:
            self._take("head", "red", "announce", on=day, text="局门户网站、公告栏")
        elif weeks == 12:
            self._take("leader", "red", "decide", document_number=f"示司信红〔{day.year}〕1号", on=day)

    def _black(self, weeks: int, day: date) -> None:
        if weeks == 3:
            fact = self._defaulted(day)
            self.opened["black"] = self._propose(
                fact.firm,
                Proposal(
                    list_code="serious-dishonesty",
                    criteria=["refusal"],
                    cause=f"有履行能力但拒不履行行政处罚决定（{fact.document_number}）",
                    facts=f"{fact.document_number} 已生效，经两次书面催告仍未缴纳罚款；账户流水证明有履行能力。",
                    responsible=[Responsible(ROLES[0], fact.firm.head)],
                ),
            )
        elif weeks == 2:
            self._take("head", "black", "warn", document_number=f"示司信告〔{day.year}〕1号", text="同意告知")
        elif weeks == 0:
            self._take("clerk2", "black", "serve", on=day - timedelta(days=1), text="直接送达，负责人签收")

    def _propose(self, firm: Firm, proposal: Proposal) -> str:
        place = self.firms[firm.key]
        with self.office.work.write(self.office.actors["clerk"]) as session:
            subject = Found("organisation", place.id, place.public_id, firm.name)
            return propose(session, session.actor, subject=subject, proposal=proposal, authority=BUREAU)

    def _take(
        self,
        who: str,
        which: str,
        act: str,
        *,
        text: str = "",
        document_number: str = "",
        on: date | None = None,
    ) -> None:
        with self.office.work.write(self.office.actors[who]) as session:
            listing = self.opened[which]
            take(
                session,
                session.actor,
                listing=listing,
                revision=find.case(session, listing).revision,
                act=act,
                said=Said(text=text, document_number=document_number, on=on),
            )

    def _pledge(self, number: int, day: date) -> None:
        _, kind, reason, runs, _, promiser = _PLEDGES[number]
        firm = self._oldest()[number + 5]
        subject = Subject(organisation=self.firms[firm.key].id)
        if promiser == "person":
            person = next(
                one for one in self.office.city.people if one.firm == firm.key and one.key in self.people
            )
            subject = Subject(practitioner=self.people[person.key].id)
        with self.office.work.write(self.office.actors["clerk"]) as session:
            given = give(
                session,
                session.actor,
                subject=subject,
                kind=kind,
                reason=reason,
                content="所提交的材料真实、合法、有效；在承诺期限内履行上述事项；接受司法行政机关的监督检查。",
                liability="未履行承诺的，愿意承担相应法律责任，接受撤销行政决定、记入信用记录等处理。",
                given_on=day,
                valid_until=day + timedelta(weeks=runs, days=-3),
                accepted_by=BUREAU,
                accepted_by_code=BUREAU_USCC,
            )
        self.pledged[number] = given.public_id

    def _assess(self, number: int, performance: str) -> None:
        found = {"performance": performance}
        if performance != "全部履行":
            found |= {"unkept": "验资证明逾期十五日补交。", "pursued": "约谈负责人，一年内不再适用容缺受理。"}
        with self.office.work.write(self.office.actors["clerk2"]) as session:
            assess(session, session.actor, pledge=self.pledged[number], values=found)

    def _oldest(self) -> list[Firm]:
        """Law firms that were there before the story begins, the oldest first."""
        firms = [firm for firm in self.office.city.firms if firm.kind == "law_firm"]
        return sorted(firms, key=lambda firm: (firm.established_on, firm.key))

    def _defaulted(self, day: date) -> Fact:
        """The latest fine of a law firm that is two months old."""
        fines = [
            fact
            for fact in self.facts
            if fact.kind == "penalty"
            and fact.person is None
            and fact.decided_on < day - timedelta(days=60)
            and "罚款" in fact.columns.get("CF_CFLB", "")
        ]
        return max(fines, key=lambda fact: (fact.decided_on, fact.document_number or ""))
