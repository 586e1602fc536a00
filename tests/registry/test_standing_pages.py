"""The pages of standing: rules are proposed, tried and adopted by two people, and everybody's grade is explained."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from html.parser import HTMLParser

import openpyxl
import pytest

from registry.credit.record import Subject, record_many
from registry.credit.standing import trial, upkeep
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.roster import enrol
from tests.people import Person
from tests.registry.roster_facts import advocate, firm, resident
from tests.registry.standing_rules import SHIPPED
from tests.registry.test_standing_kept import FIRST, SECOND, in_force, penalty

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SignIn = Callable[..., Person]
CLERK = Actor.command("clerk")
SINCE = "2026-12-01"


@pytest.fixture
def person(work: Work) -> enrol.Practitioner:
    with work.write(CLERK) as session:
        place = firm(session)
        other = advocate(session, place, 2, name="沈立", id_number=resident(2))
        found = advocate(session, place, id_number=resident(1))
        record_many(
            session,
            session.actor,
            [
                penalty(Subject(practitioner=found.id), 1, date(2026, 11, 18), severity="严重"),
                penalty(Subject(practitioner=other.id), 2, date(2026, 11, 19)),
            ],
        )
        return found


def sample(since: str = SINCE) -> str:
    text = (SHIPPED / "sample-2026.yaml").read_text("utf-8")
    return text.replace("from: 2026-01-01", f"from: {since}", 1)


def proposed(head: Person, text: str) -> str:
    answer = head.post("/staff/standing/rules", source=text)
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_head_proposes_tries_and_cannot_adopt_and_a_leader_does(
    sign_in: SignIn, person: enrol.Practitioner, work: Work, clock: SetClock
) -> None:
    head, leader, clerk = sign_in("head"), sign_in("leader"), sign_in("clerk")
    assert "还没有评价规则" in clerk.get("/staff/standing").text
    page = proposed(head, sample())
    assert proposed(head, sample()) == page
    shown = head.get(page).text
    assert "这是示例规则" in shown
    assert "待采纳" in shown
    assert head.post(f"{page}/adopt").status_code == 403
    assert clerk.post(f"{page}/trial").status_code == 403

    assert head.post(f"{page}/trial").status_code == 303
    assert "正在计算" in head.get(f"{page}/trial").text
    assert trial.run(work) == {"trials": 1, "changes": 3}
    tried = head.get(f"{page}/trial")
    assert "<strong>3</strong> 个等级会变化" in tried.text
    narrowed = head.get(f"{page}/trial?kind=lawyer&before=无&after=B").text
    assert "单勇" not in narrowed
    assert "单勇" in head.get(f"{page}/trial?kind=lawyer&before=无&after=C").text

    assert leader.post(f"{page}/adopt").status_code == 303
    assert "正在重新计算" in leader.get(page).text
    upkeep.apply(work)
    assert "已采纳，尚未施行" in leader.get(page).text
    assert leader.post(f"{page}/adopt").status_code == 409
    clock.advance(timedelta(days=12))
    clerk, leader = sign_in("clerk", username="clerk2"), sign_in("leader", username="leader2")
    index = clerk.get("/staff/standing?kind=lawyer").text
    assert "施行中" in index
    assert "单勇" in clerk.get("/staff/standing?kind=lawyer&grade=C").text
    assert "单勇" not in clerk.get("/staff/standing?kind=lawyer&grade=AA").text
    assert leader.post(f"{page}/withdraw").status_code == 409


def test_whoever_holds_both_roles_does_not_adopt_their_own_rules(
    sign_in: SignIn, person: enrol.Practitioner
) -> None:
    both = sign_in("head", "leader", username="both")
    page = proposed(both, sample())
    assert "采纳，自" not in both.get(page).text
    assert both.post(f"{page}/adopt").status_code == 403


def test_faulty_rules_come_back_with_every_fault_and_its_line_and_nothing_is_stored(
    sign_in: SignIn, person: enrol.Practitioner
) -> None:
    head = sign_in("head")
    text = sample().replace("base: 1000", "base: 一千", 1).replace("kind: pro_bono", "kind: charity", 1)
    answer = head.post("/staff/standing/rules", source=text)
    assert answer.status_code == 422
    for part in ("base: 一千", "kind: charity"):
        line = text[: text.index(part)].count("\n") + 1
        assert f"第 {line} 行" in answer.text
    assert "base: 一千" in answer.text
    upload = head.post("/staff/standing/rules", file=(io.BytesIO(b"\xff\xfe"), "rules.yaml"))
    assert upload.status_code == 422
    assert "不是 UTF-8" in upload.text
    assert "还没有评价规则" in head.get("/staff/standing").text


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ("2026-11-21", "不溯及既往"),
        ("2026-11-20", "不溯及既往"),
        ("2027-07-01", "重叠"),
        ("2027-10-01", "自 2027-09-01 至 2027-09-30 没有规则"),
        ("2027-08-15", "自 2027-08-15 至 2027-08-31 会同时有两套规则"),
    ],
)
def test_rules_that_reach_back_overlap_or_leave_a_gap_are_refused_with_the_day(
    sign_in: SignIn, work: Work, since: str, told: str
) -> None:
    in_force(work, FIRST, SECOND.replace("from: 2027-07-01", "from: 2027-07-01\nuntil: 2027-08-31"))
    answer = sign_in("head").post("/staff/standing/rules", source=sample(since))
    assert answer.status_code == 422
    assert told in answer.text


def test_the_page_of_a_person_explains_the_grade_in_words_and_draws_its_course(
    sign_in: SignIn, person: enrol.Practitioner, work: Work, clock: SetClock
) -> None:
    in_force(work, FIRST, SECOND)
    clock.advance(timedelta(days=5))
    clerk = sign_in("clerk")
    page = clerk.get(f"/staff/roster/practitioners/{person.public_id}").text
    for part in (
        "丙 差",
        "70 分",
        "从基准分 100 分算起，加 0 分，扣 30 分，合计 70 分",
        "严重处罚",
        "2028-11-18",
    ):
        assert part in page
    assert "个人信息保护法第二十四条" in page
    assert "国办发〔2020〕49号" in page
    drawing = _Drawing()
    drawing.feed(page)
    assert drawing.paths
    assert all(re.fullmatch(r"M\d+ \d+([HV]\d+)*", path) for path in drawing.paths)
    assert "以后" in page


def test_nobody_without_the_permission_sees_a_grade(
    sign_in: SignIn, person: enrol.Practitioner, host: Host
) -> None:
    in_force(host.work, FIRST)
    for role, status in (("witness", 403), ("admin", 403), ("inspector", 200), ("auditor", 200)):
        assert sign_in(role).get("/staff/standing").status_code == status


def test_the_changes_come_as_a_workbook(sign_in: SignIn, person: enrol.Practitioner, work: Work) -> None:
    head = sign_in("head")
    page = proposed(head, sample())
    assert head.get(f"{page}/trial.xlsx").status_code == 404
    head.post(f"{page}/trial")
    trial.run(work)
    answer = head.get(f"{page}/trial.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.values)
    assert rows[0] == ("类别", "名称", "现等级", "试算等级", "现分值", "试算分值")
    assert sorted(row[1] for row in rows[1:]) == ["上海明理律师事务所", "单勇", "沈立"]
    assert head.get(f"{page}/source.yaml").data.decode() == sample()
    assert head.get("/staff/standing/rules/samples/sample-2026.yaml").status_code == 200
    assert head.get("/staff/standing/rules/samples/other.yaml").status_code == 404
    assert head.get("/staff/standing/rules/nobody").status_code == 404


@pytest.mark.parametrize(
    "query", ["kind=x", "grade=Z", "on=yesterday", "after=-1", "on=1000-01-01", "on=9999-12-31"]
)
def test_questions_that_make_no_sense_get_a_page(
    sign_in: SignIn, person: enrol.Practitioner, work: Work, query: str
) -> None:
    in_force(work, FIRST)
    assert sign_in("clerk").get(f"/staff/standing?{query}").status_code == 200


class _Drawing(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.paths: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "path":
            self.paths.append(dict(attrs)["d"] or "")
