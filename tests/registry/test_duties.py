"""What waits for whom: one list out of all parts, four eyes kept, taken and handed over, in a bounded number of queries."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import openpyxl
import pytest
from sqlalchemy import Engine, event

from registry.accounts import duties
from registry.accounts.duties import Waiting
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import Work, WorkSession
from tests.people import Person
from tests.publicity import office

SignIn = Callable[..., Person]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 11, 20)


def duty(number: int, *, due: date | None = None, barred: frozenset[str] = frozenset()) -> Duty:
    return Duty(
        title=f"事项{number}",
        endpoint="roster.index",
        values={"q": str(number)},
        since=date(2026, 11, 1),
        due=due,
        barred=barred,
    )


def listed(*found: Duty, title: str = "清单", permission: str = "roster.read") -> Worklist:
    return Worklist(title, permission, lambda _session, limit: found[:limit])


def seen(work: Work, actor: Actor, *lists: Worklist) -> list[Waiting]:
    with work.read() as session:
        return duties.waiting(session, actor, lists)


@SQLITE
def test_the_nearest_term_comes_first_and_what_has_none_last(sign_in: SignIn, work: Work) -> None:
    clerk = sign_in("clerk").actor
    lists = (
        listed(duty(1), duty(2, due=TODAY + timedelta(days=9))),
        listed(duty(3, due=TODAY), duty(4, due=TODAY - timedelta(days=1)), title="另一份"),
        listed(duty(5), title="看不到", permission="staff.admin"),
    )
    found = seen(work, clerk, *lists)
    assert [one.duty.title for one in found] == ["事项4", "事项3", "事项2", "事项1"]
    assert [one.urgency(TODAY) for one in found] == ["overdue", "today", "later", "open"]
    assert duties.counts(found, TODAY) == duties.Counts(mine=0, today=1, overdue=1, all=4)


@pytest.mark.parametrize(
    ("days", "urgency"), [(-1, "overdue"), (0, "today"), (1, "soon"), (3, "soon"), (4, "later")]
)
def test_how_pressing_a_term_is(days: int, urgency: str) -> None:
    one = Waiting("清单", "p", "k", duty(1, due=TODAY + timedelta(days=days)), None, None, mine=False)
    assert one.urgency(TODAY) == urgency


def test_a_duty_is_taken_once_handed_over_and_given_back(sign_in: SignIn, host: Host) -> None:
    """Two press "我来办": the second is told. A colleague who is barred or has no permission is offered nothing."""
    work = host.work
    clerk, other, barred, draw = (
        sign_in("clerk", username=name).actor for name in ("anna", "berta", "carla", "dora")
    )
    admin = sign_in("admin").actor
    own = listed(duty(1, due=TODAY, barred=frozenset({barred.id})))

    def one(actor: Actor) -> Waiting:
        [found] = seen(work, actor, own)
        return found

    assert seen(work, barred, own) == []
    first, second = one(clerk), one(other)
    for _ in range(2):
        with work.write(clerk) as session:
            duties.take(session, clerk, duty=first)
    with work.write(other) as session, pytest.raises(Conflict):
        duties.take(session, other, duty=second)
    assert (one(clerk).mine, one(other).theirs, one(other).owner_name) == (True, True, "测试anna")
    assert duties.counts([one(other)], TODAY) == duties.Counts(0, 0, 0, 1)
    with work.write(other) as session, pytest.raises(Refused):
        duties.give_back(session, other, duty=one(other))
    for unable in (barred.id, admin.id, "nobody"):
        with work.write(clerk) as session, pytest.raises(Invalid):
            duties.hand_over(session, clerk, duty=one(clerk), to=unable, permissions=host.permissions)
    with work.read() as session:
        able = [person.username for person in duties.able(session, one(clerk), host.permissions)]
    assert able == ["berta", "dora"]
    with work.write(clerk) as session:
        duties.hand_over(session, clerk, duty=one(clerk), to=draw.id, permissions=host.permissions)
    assert one(draw).mine
    with work.write(draw) as session:
        duties.give_back(session, draw, duty=one(draw))
    assert one(clerk).owner is None


def test_the_next_step_of_a_case_is_another_duty() -> None:
    assert duties.key("初审", duty(1)) != duties.key("审核", duty(1))
    assert duties.key("初审", duty(1)) == duties.key("初审", duty(1, due=TODAY))


@pytest.fixture
def releases(work: Work, sign_in: SignIn) -> dict[str, Person]:
    """Twelve penalties in the procedure, the first proposed by the clerk, the last one late; and the people.

    Seven working days after the decision of 11 November is the 20th (发改办财金〔2018〕424号).
    """
    subjects = office.enrol(work)
    ids = [
        office.release_of(
            work,
            office.penalty(
                work,
                subjects,
                number=f"沪司罚决字〔2026〕第{number}号",
                decided="2026-11-11" if number < 12 else "2026-11-10",
            ),
        )
        for number in range(1, 13)
    ]
    people = {"clerk": sign_in("clerk"), "clerk2": sign_in("clerk", "head", username="clerk2")}
    people["clerk"].post(f"/staff/releases/{ids[0]}/steps/propose", revision="1", note="")
    return people


@SQLITE
def test_the_home_page_says_what_to_do_first(releases: dict[str, Person], host: Host) -> None:
    clerk = releases["clerk"]
    held = {one.name for one in host.permissions if "clerk" in one.roles}
    lists = sum(one.permission in held for one in host.worklists)
    with counted() as queries:
        page = clerk.get("/staff").text
    # Each penalty also lacks something that the credit platform wants.
    assert counts_on(page) == {"我的": 0, "今天到期": 10, "逾期": 1, "全部待办": 23}
    assert page.index("逾期 1 天") < page.index("今天到期</span>")
    taken = re.search(r'action="(/staff/work/\w+/take)"', page)
    assert taken
    assert clerk.post(taken[1], home="1").location == "/staff"
    assert counts_on(clerk.get("/staff").text)["我的"] == 1
    # A list costs two statements, and what is on it none.
    assert len(queries) < 20 + 2 * lists, "\n".join(queries)


@SQLITE
def test_whoever_took_another_step_does_not_find_the_next_one_on_the_list(
    releases: dict[str, Person],
) -> None:
    """Four eyes: the clerk who proposed may not review, although a head of section."""
    kinds = "/staff/work?kind=公开流程：初审"
    assert "共 1 件" in releases["clerk2"].get(kinds).text
    assert "没有这样的待办" in releases["clerk"].get(kinds).text


@SQLITE
def test_the_list_is_filtered_and_taken_home_as_a_sheet(releases: dict[str, Person]) -> None:
    clerk = releases["clerk"]
    assert "共 23 件" in clerk.get("/staff/work").text
    assert "共 11 件" in clerk.get("/staff/work?kind=公开流程：提出").text
    assert "没有这样的待办" in clerk.get("/staff/work?view=mine").text
    assert clerk.get("/staff/work?view=never&kind=none&start=-4").status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(clerk.get("/staff/work/list.xlsx").data)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("事项", "类别", "收到日期", "办理期限", "承办人")
    assert rows[1][1:4] == ("公开流程：提出", "2026-11-20", "2026-11-19")
    entries = clerk.get("/staff/work/due.json").get_json()["entries"]
    assert entries == {"/staff/releases": 11}
    key = re.search(r"/staff/work/(\w+)/take", clerk.get("/staff/work").text)
    assert key
    form = clerk.get(f"/staff/work/{key[1]}/hand-over").text
    assert "测试clerk2" in form
    refused = clerk.post(f"/staff/work/{key[1]}/hand-over", to="")
    assert refused.status_code == 422
    assert clerk.get("/staff/work/unknown/hand-over").status_code == 404


def counts_on(page: str) -> dict[str, int]:
    found = re.findall(r'<span class="count-number">(\d+)</span> ([^<]+)</a>', page)
    return {title: int(number) for number, title in found}


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that any engine of the process executes meanwhile."""
    statements: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", heard)
    yield statements
    event.remove(Engine, "before_cursor_execute", heard)


def test_every_list_of_the_installation_can_be_read(host: Host, work: Work) -> None:
    """On both databases: a list that fails would take everybody's home page with it."""

    def read(session: WorkSession) -> list[int]:
        return [len(worklist.open(session, 5)) for worklist in host.worklists]

    with work.read() as session:
        assert read(session) == [0] * len(host.worklists)
