"""红黑名单: by facts and steps, each another person's, never by a score; with a basis in law or not at all."""

import ast
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from registry.credit import disclosure
from registry.credit import find as credit
from registry.credit.importers import EVENTS
from registry.credit.listing import entry, find, lists, moves, paper, worklists
from registry.credit.listing.proceed import Said, take
from registry.credit.listing.propose import Proposal, propose
from registry.credit.record import annul
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.paper import typeset
from registry.kernel.work import Work
from registry.roster import intake
from tests.people import Person
from tests.registry.listing_bureau import BLACK, BUREAU, RED, Bureau
from tests.registry.roster_facts import code

SignIn = Callable[..., Person]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FILE = Path(lists.__file__).with_name("lists.toml").read_text("utf-8")


def imported_by(package: str) -> set[str]:
    """Every module that the modules of a package name in their imports."""
    folder = Path(__file__).parents[2].joinpath(*package.split("."))
    return {
        name
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        for name in (f"{node.module}.{alias.name}" for alias in node.names)
    }


@pytest.fixture
def bureau(host: Host, clock: SetClock) -> Bureau:
    return Bureau(host, clock)


@contextmanager
def refused(fault: type[Exception], rule: str) -> Iterator[None]:
    with pytest.raises(fault) as caught:
        yield
    rules = {field.rule for field in getattr(caught.value, "fields", ())} | {caught.value.rule}  # type: ignore[attr-defined]
    assert rule in rules


# The procedure as the law has it: 国办发〔2020〕49号 and 上海市社会信用条例第二十五条.
BLACK_MOVES = [
    ("new", "propose", "proposed", "listing.propose"),
    ("proposed", "warn", "warned", "listing.warn"),
    ("proposed", "turn_down", "dismissed", "listing.warn"),
    ("warned", "serve", "window", "listing.serve"),
    ("window", "defend", "defended", "listing.serve"),
    ("window", "legal_pass", "reviewed", "listing.legal"),
    ("window", "legal_refuse", "dismissed", "listing.legal"),
    ("defended", "reject", "answered", "listing.answer"),
    ("defended", "accept", "dismissed", "listing.answer"),
    ("answered", "defend", "defended", "listing.serve"),
    ("answered", "legal_pass", "reviewed", "listing.legal"),
    ("answered", "legal_refuse", "dismissed", "listing.legal"),
    ("reviewed", "decide", "listed", "listing.decide"),
    ("reviewed", "decide_not", "dismissed", "listing.decide"),
    ("listed", "seek", "removing", "listing.propose"),
    ("removing", "keep", "listed", "listing.decide"),
    ("removing", "remove", "removed", "listing.decide"),
]
RED_MOVES = [
    ("new", "propose", "proposed", "listing.propose"),
    ("proposed", "announce", "window", "listing.warn"),
    ("proposed", "turn_down", "dismissed", "listing.warn"),
    ("window", "object", "defended", "listing.serve"),
    ("window", "decide", "listed", "listing.decide"),
    ("window", "decide_not", "dismissed", "listing.decide"),
    ("defended", "dismiss", "answered", "listing.answer"),
    ("defended", "accept", "dismissed", "listing.answer"),
    ("answered", "object", "defended", "listing.serve"),
    ("answered", "decide", "listed", "listing.decide"),
    ("answered", "decide_not", "dismissed", "listing.decide"),
    ("listed", "seek", "removing", "listing.propose"),
    ("removing", "keep", "listed", "listing.decide"),
    ("removing", "remove", "removed", "listing.decide"),
]
EVERY_ACT = sorted({move.act for move in moves.MOVES})
EVERYTHING = frozenset(permission.name for permission in moves.PERMISSIONS)


@pytest.mark.parametrize(("colour", "table"), [("black", BLACK_MOVES), ("red", RED_MOVES)])
def test_the_procedure_has_these_moves_and_no_other(
    colour: lists.Colour, table: list[tuple[str, str, str, str]]
) -> None:
    allowed = {(before, act): (after, permission) for before, act, after, permission in table}
    for state in ("new", *moves.STATES["black"]):
        for act in EVERY_ACT:
            given_ = {
                "actor": "x", "permissions": EVERYTHING, "taken": [], "window_until": date(2026, 1, 1), "today": date(2026, 1, 2),
            }  # fmt: skip
            if (state, act) in allowed:
                move = moves.advance(colour, state, act, **given_)  # type: ignore[arg-type]
                assert (move.after, move.permission) == allowed[state, act]
                with refused(Refused, "permission"):
                    moves.advance(
                        colour,
                        state,
                        act,
                        **{**given_, "permissions": EVERYTHING - {move.permission}},  # type: ignore[arg-type]
                    )
            else:
                with refused(Conflict, "out_of_turn"):
                    moves.advance(colour, state, act, **given_)  # type: ignore[arg-type]


@given(
    st.sampled_from(["black", "red"]),
    st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=9, max_size=9),
    st.data(),
)
def test_whatever_they_try_nobody_takes_two_steps_and_nobody_is_listed_before_the_window_is_over(
    colour: lists.Colour, actors: list[str], draw: st.DataObject
) -> None:
    state, window = "new", None
    taken: list[moves.Taken] = []
    today = date(2026, 1, 1)
    for actor in actors:
        options = moves.moves_from(colour, state)
        if not options or state == moves.LISTED:
            break
        act = draw.draw(st.sampled_from([move.act for move in options]))
        today += timedelta(days=draw.draw(st.integers(0, 3)))
        try:
            move = moves.advance(
                colour,
                state,
                act,
                actor=actor,
                permissions=EVERYTHING,
                taken=taken,
                window_until=window,
                today=today,
            )
        except (Conflict, Refused):
            continue
        state = move.after
        if move.step:
            taken.append(moves.Taken(move.step, actor))
        if move.act in ("serve", "announce"):
            window = today + timedelta(days=2)
    steps = {one.actor: {other.step for other in taken if other.actor == one.actor} for one in taken}
    assert all(len(own) == 1 for own in steps.values())
    if state == moves.LISTED:
        assert window is not None
        assert today > window


def test_a_firm_is_listed_after_warning_defence_legal_review_and_decision(bureau: Bureau) -> None:
    listing = bureau.propose()
    bureau.served(listing)
    # five working days after Friday 20 November 2026
    assert bureau.case(listing).listed.window_until == date(2026, 11, 27)
    bureau.to(date(2026, 11, 24))
    bureau.take(listing, "clerk", "defend", on=date(2026, 11, 23), text="已经分期缴纳。")
    bureau.take(listing, "clerk2", "reject", text="经核实未缴纳。")
    bureau.to(date(2026, 11, 30))
    bureau.take(listing, "legal", "legal_pass", text="程序合法")
    bureau.take(listing, "leader", "decide", document_number="示司信决〔2026〕1号", on=date(2026, 11, 30))
    case = bureau.case(listing)
    assert (case.listed.state_title, case.listed.until) == ("在列", date(2029, 11, 30))
    assert bureau.on(date(2026, 11, 29)) == []
    assert bureau.on(date(2026, 11, 30)) == bureau.on(date(2029, 11, 30)) == ["serious-dishonesty"]
    assert bureau.on(date(2029, 12, 1)) == []
    with bureau.work.read() as session:
        event = credit.event(session, case.event or "")
    assert (event.kind.code, event.releasable, event.document_number) == (
        "listing",
        True,
        "示司信决〔2026〕1号",
    )
    # 上海市社会信用条例第二十五条、第三十三条: what is published with an entry
    assert "提前移出" in event.detail["removal"]
    assert "行政复议" in event.detail["remedies"]
    assert event.detail["responsible"] == ["法定代表人或主要负责人：何为"]
    assert BLACK.facts not in str(event.detail)
    assert [step.act for step in case.steps] == [
        "propose", "warn", "serve", "defend", "reject", "legal_pass", "decide",
    ]  # fmt: skip


@on_sqlite
def test_nobody_is_listed_before_the_defence_window_is_over(bureau: Bureau) -> None:
    listing = bureau.propose()
    bureau.served(listing)
    with refused(Conflict, "window-open"):
        bureau.take(listing, "legal", "legal_pass")
    bureau.to(date(2026, 11, 27))
    with refused(Conflict, "window-open"):
        bureau.take(listing, "legal", "legal_pass")
    bureau.to(date(2026, 11, 28))
    bureau.take(listing, "legal", "legal_pass")
    # nor with a day of decision that lies within it
    with refused(Invalid, "window-open"):
        bureau.take(listing, "leader", "decide", document_number="甲", on=date(2026, 11, 27))
    with refused(Invalid, "future"):
        bureau.take(listing, "leader", "decide", document_number="甲", on=date(2026, 11, 29))
    bureau.take(listing, "leader", "decide", document_number="甲", on=date(2026, 11, 28))


@on_sqlite
def test_a_defence_that_came_in_time_must_be_answered_with_reasons(bureau: Bureau) -> None:
    listing = bureau.propose()
    bureau.served(listing)
    bureau.to(date(2026, 12, 1))
    with refused(Invalid, "late"):
        bureau.take(listing, "clerk2", "defend", on=date(2026, 11, 30), text="太晚")
    # received on the last day, entered later
    bureau.take(listing, "clerk2", "defend", on=date(2026, 11, 27), text="有新证据")
    with refused(Conflict, "out_of_turn"):
        bureau.take(listing, "legal", "legal_pass")
    with refused(Refused, "four_eyes"):
        bureau.take(listing, "clerk", "accept", text="采纳")
    with refused(Invalid, "required"):
        bureau.take(listing, "clerk2", "accept")
    bureau.take(listing, "clerk2", "accept", text="证据成立")
    assert bureau.case(listing).listed.state_title == "不予列入"
    assert bureau.propose()


def test_nobody_stands_twice_on_a_list_and_no_number_twice_on_a_document(bureau: Bureau) -> None:
    listing = bureau.propose()
    with refused(Conflict, "listed-twice"):
        bureau.propose(by="clerk2")
    assert bureau.propose(RED)
    other = bureau.propose(
        Proposal(list_code="serious-dishonesty", criteria=["fraud"], cause="甲", facts="乙"), bureau.lawyer
    )
    bureau.take(listing, "head", "warn", document_number="示司信告〔2026〕1号")
    with refused(Conflict, "document-used"):
        bureau.take(other, "head", "warn", document_number="示司信告〔2026〕1号 ")
    with refused(Invalid, "required"):
        bureau.take(other, "head", "warn")


def test_two_clerks_who_propose_the_same_firm_at_once_open_one_case(bureau: Bureau) -> None:
    outcomes: list[str] = []

    def try_(by: str) -> None:
        try:
            bureau.propose(by=by)
            outcomes.append("made")
        except Conflict as refused_:
            outcomes.append(refused_.rule)

    threads = [Thread(target=try_, args=(by,)) for by in ("clerk", "clerk2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["listed-twice", "made"]


@on_sqlite
def test_two_who_press_at_once_take_one_step(bureau: Bureau) -> None:
    listing = bureau.propose()
    bureau.take(listing, "head", "warn", document_number="甲")
    with refused(Conflict, "changed"), bureau.work.write(bureau.people["head"]) as session:
        take(session, session.actor, listing=listing, revision=1, act="warn", said=Said(document_number="乙"))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"list_code": "none"}, "unknown-list"),
        ({"list_code": "lawyers-2016", "criteria": ["sanction"]}, "off"),
        ({"criteria": []}, "required"),
        ({"criteria": ["award"]}, "unknown-criterion"),
        ({"cause": " "}, "required"),
        ({"cause": "某" * 501}, "too-long"),
        ({"facts": ""}, "required"),
    ],
)
@on_sqlite
def test_a_proposal_rests_on_a_list_in_force_its_criteria_and_facts(
    bureau: Bureau, changes: dict[str, object], rule: str
) -> None:
    with refused(Invalid, rule):
        bureau.propose(Proposal(**{**BLACK.__dict__, **changes}))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"basis": []}, "没有法律"),
        ({"basis": [{"kind": "部门规范性文件", "text": "某办法"}]}, "没有法律"),
        ({"basis": [{"kind": "法律", "text": " "}]}, "没有法律"),
        ({"enabled": False}, "未启用"),
    ],
)
def test_a_list_without_a_lawful_basis_cannot_be_switched_on(changes: dict[str, object], why: str) -> None:
    """国办发〔2020〕49号: laws, regulations and policy of the Party centre and the State Council alone."""
    table = {**tomllib.loads(FILE)["list"][0], **changes}
    assert why in (lists._list(table).off or "")


def test_the_whole_module_can_be_switched_off() -> None:
    book = lists.read(
        FILE.replace("[[module]]\nenabled = true", "[[module]]\nuntil = 2026-12-31\nenabled = true")
    )
    first = book.versions[0]
    assert book.off(first, date(2026, 12, 31)) is None
    assert book.off(first, date(2027, 1, 1)) == "名单管理未启用"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('colour = "red"', 'colour = "grey"', "colour"),
        ("early_months = 12", "early_months = 40", "months"),
        ('code = "integrity"', 'code = "serious-dishonesty"', "overlap"),
        ("legal = 5\n", "", "workdays"),
    ],
)
def test_a_file_of_lists_that_contradicts_itself_is_not_read(old: str, new: str, rule: str) -> None:
    with pytest.raises(lists.BookInvalid) as caught:
        lists.read(FILE.replace(old, new))
    assert any(f": {rule}: " in fault for fault in caught.value.faults)


@on_sqlite
def test_no_machine_proposes_or_decides(bureau: Bureau) -> None:
    for machine in (Actor.job("nightly"), Actor.command("script"), Actor("client", "c", "c", EVERYTHING)):
        with refused(Refused, "person-alone"), bureau.work.write(machine) as session:
            propose(session, session.actor, subject=bureau.firm, proposal=BLACK, authority=BUREAU)


@pytest.mark.parametrize("kind", ["列入严重失信主体名单", "列入守信红名单", "移出严重失信主体名单"])
@on_sqlite
def test_nobody_comes_onto_a_list_or_off_it_by_a_file(bureau: Bureau, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"事件类别,主体名称,决定日期,内容\n{kind},上海明理律师事务所,2026-11-02,抄录\n", "utf-8")
    faults: list[intake.RowFault] = []
    with pytest.raises(intake.Rejected):
        intake.run(bureau.work, Actor.command("import"), EVENTS, path, kind="events", report=faults.append)
    assert [fault.rule for fault in faults] == ["unknown-kind"]


def test_no_code_of_the_lists_knows_the_standing() -> None:
    """国办发〔2020〕49号: an evaluation brings nobody onto a list; the code that proposes and decides cannot even read one."""
    known = {name for name in imported_by("registry.credit.listing") if "standing" in name}
    assert known == set()


def test_an_entry_leaves_early_only_after_its_months_and_by_another_decision(bureau: Bureau) -> None:
    listing = bureau.listed()
    bureau.to(date(2027, 11, 30))
    with refused(Conflict, "too-early"):
        bureau.take(listing, "clerk", "seek", ground="early", text="已缴清")
    with refused(Invalid, "enum"):
        bureau.take(listing, "clerk", "seek", ground="score", text="分数高")
    bureau.to(date(2027, 12, 1))
    bureau.take(listing, "clerk", "seek", ground="early", text="已缴清")
    bureau.take(listing, "leader", "keep", text="尚欠滞纳金")
    assert bureau.on(date(2027, 12, 1)) == ["serious-dishonesty"]
    bureau.take(listing, "clerk", "seek", ground="early", text="滞纳金也已缴清")
    with refused(Conflict, "document-used"):
        bureau.take(listing, "leader", "remove", document_number="示司信决〔2026〕1号")
    bureau.take(listing, "leader", "remove", document_number="示司信移〔2027〕1号")
    case = bureau.case(listing)
    assert (case.listed.state_title, case.listed.removal_title) == ("已移出", "符合条件提前移出")
    assert bureau.on(date(2027, 12, 1)) == []
    assert bureau.on(date(2027, 11, 30)) == ["serious-dishonesty"]
    with bureau.work.read() as session:
        event = credit.event(session, case.event or "")
        assert disclosure.ended(session, [event.id])[event.id].ground == "removed"
        kinds = [one.kind.code for one in credit.events_of(session, organisation=bureau.firm.id)]
        assert sorted(kinds) == ["delisting", "listing"]


@on_sqlite
def test_what_was_listed_by_mistake_leaves_at_once_and_is_annulled(bureau: Bureau) -> None:
    listing = bureau.listed()
    bureau.take(listing, "clerk", "seek", ground="revoked", text="处罚决定经复议撤销")
    bureau.take(listing, "leader", "remove", document_number="示司信移〔2026〕1号")
    with bureau.work.read() as session:
        assert credit.event(session, bureau.case(listing).event or "").annulled_by is not None
    assert bureau.on(date(2026, 12, 1)) == []


@pytest.mark.parametrize("how", ["term", "repaired", "annulled"])
def test_an_entry_ends_with_its_term_or_its_record_whether_or_not_a_job_has_run(
    bureau: Bureau, how: str
) -> None:
    listing = bureau.listed()
    with bureau.work.write(Actor.command("tests")) as session:
        event = session.scalars(select(EventRow).where(EventRow.kind == "listing")).one()
        if how == "repaired":
            disclosure.end(session, event=event.id, ground="repaired")
        elif how == "annulled":
            annul(session, session.actor, event=event.public_id, ground="复议撤销", on=session.today)
        else:
            session.act("test", "test")
    if how == "term":
        bureau.to(date(2029, 12, 2))
    today = bureau.clock.now().date()
    assert bureau.on(today) == []
    assert bureau.case(listing).listed.state_title == "已失效"
    with bureau.work.read() as session:
        assert [one.public_id for one in find.listings(session, view="former", limit=9)] == [listing]
        assert find.listings(session, view="listed", limit=9) == []
    with refused(Conflict, "out_of_turn"):
        bureau.take(listing, "clerk", "seek", ground="revoked", text="已无意义")
    # a new procedure is open at once, and the job closes what is left
    if how == "repaired":
        assert bureau.propose()
    assert entry.lapse(bureau.work) == {"closed": 0 if how == "repaired" else 1}
    assert entry.lapse(bureau.work) == {"closed": 0}
    closed = bureau.case(listing).listed
    assert (closed.state, closed.removal) == ("removed", "revoked" if how == "annulled" else how)
    if how == "term":
        assert closed.removed_on == date(2029, 12, 2)
    assert ("removal", "移出名单决定书") in paper.papers_of(bureau.case(listing))


@on_sqlite
def test_a_red_list_is_shown_to_the_public_before_it_is_decided(bureau: Bureau) -> None:
    listing = bureau.propose(RED)
    with refused(Conflict, "out_of_turn"):
        bureau.take(listing, "head", "warn", document_number="甲")
    bureau.take(listing, "head", "announce", on=date(2026, 11, 20), text="局网站")
    # seven working days after Friday 20 November 2026
    assert bureau.case(listing).listed.window_until == date(2026, 12, 1)
    with refused(Conflict, "window-open"):
        bureau.take(listing, "leader", "decide", document_number="乙", on=date(2026, 11, 20))
    bureau.to(date(2026, 11, 26))
    bureau.take(listing, "clerk2", "object", on=date(2026, 11, 25), text="有投诉未结")
    bureau.take(listing, "clerk2", "dismiss", text="投诉已查否")
    bureau.to(date(2026, 12, 2))
    bureau.take(listing, "leader", "decide", document_number="乙", on=date(2026, 12, 2))
    case = bureau.case(listing)
    with bureau.work.read() as session:
        event = credit.event(session, case.event or "")
    assert (event.kind.polarity, event.releasable, case.listed.until) == ("positive", True, date(2028, 12, 2))


def test_each_sees_what_waits_for_them_with_its_last_day(bureau: Bureau) -> None:
    waiting = {worklist.permission + worklist.title[3:]: worklist.open for worklist in worklists.WORKLISTS}

    def who() -> dict[str, date | None]:
        with bureau.work.read() as session:
            return {name: duty.due for name, open_ in waiting.items() for duty in open_(session, 9)}

    listing = bureau.propose()
    assert who() == {"listing.warn审核列入建议": date(2026, 12, 4)}
    bureau.take(listing, "head", "warn", document_number="甲")
    assert who() == {"listing.serve送达告知书": date(2026, 12, 1)}
    bureau.take(listing, "clerk2", "serve", on=date(2026, 11, 20), text="直接送达")
    assert who() == {}
    bureau.take(listing, "clerk2", "defend", on=date(2026, 11, 20), text="不服")
    assert who() == {"listing.answer答复陈述申辩": date(2026, 11, 27)}
    bureau.take(listing, "clerk2", "reject", text="不成立")
    bureau.to(date(2026, 11, 28))
    assert who() == {"listing.legal法制审核": date(2026, 12, 4)}
    with bureau.work.read() as session:
        duty = waiting["listing.legal法制审核"](session, 9)[0]
    assert duty.barred == {"clerk", "head", "clerk2"}
    bureau.take(listing, "legal", "legal_pass")
    assert list(who()) == ["listing.decide决定列入"]


@on_sqlite
def test_papers_say_what_the_law_wants_said(bureau: Bureau) -> None:
    listing = bureau.listed()
    case = bureau.case(listing)
    assert [kind for kind, _ in paper.papers_of(case)] == ["warning", "decision"]
    for kind, wanted in (
        ("warning", ["陈述、申辩", "5 个工作日", BLACK.cause, "第二十五条"]),
        (
            "decision",
            [
                "示司信决〔2026〕1号",
                "行政复议",
                "上海明理律师事务所",
                code(),
                "2029-12-01",
                "2027-12-01",
                BUREAU,
                "何为",
            ],
        ),
    ):
        sheet = paper.paper(
            case, kind, identity=code(), measures=["不得评优"], bureau=BUREAU, public_url="http://x"
        )
        for text in wanted:
            assert text in str([*sheet.blocks]), (kind, text)
        assert typeset(sheet).startswith(b"%PDF")


@on_sqlite
def test_a_firm_goes_onto_the_list_in_the_browser(sign_in: SignIn, bureau: Bureau) -> None:
    people = {
        name: sign_in(name.rstrip("2"), username=name)
        for name in ("clerk", "clerk2", "head", "legal", "leader")
    }
    page = people["clerk"].get(f"/staff/roster/organisations/{bureau.firm.public_id}").text
    assert f"/staff/listings/new?organisation={bureau.firm.public_id}" in page
    choice = people["clerk"].get(f"/staff/listings/new?organisation={bureau.firm.public_id}").text
    assert "不能启用" in choice
    assert "信用等级和评分不是列入名单的依据" in choice
    form = {
        "organisation": bureau.firm.public_id, "list": "serious-dishonesty", "criteria": "refusal",
        "cause": "拒不履行处罚决定", "facts": "经催告未缴纳", "responsible_0": "何为、何人",
    }  # fmt: skip
    assert people["head"].post("/staff/listings", **form).status_code == 403
    wrong = people["clerk"].post("/staff/listings", **{**form, "facts": ""})
    assert (wrong.status_code, "拒不履行处罚决定" in wrong.text) == (422, True)
    made = people["clerk"].post("/staff/listings", **form)
    address = made.headers["Location"]
    assert people["clerk"].post("/staff/listings", **form).status_code == 409

    def act(name: str, act: str, expected: int = 303, **fields: str) -> str:
        revision = bureau.case(address.rsplit("/", 1)[1]).revision
        answer = people[name].post(f"{address}/{act}", revision=str(revision), **fields)
        assert answer.status_code == expected, answer.text
        return answer.text

    assert f"{address}/warn" not in people["clerk"].get(address).text
    assert f"{address}/warn" in people["head"].get(address).text
    act("clerk", "warn", 403, document_number="示司信告〔2026〕3号")
    assert "请填写文书号" in act("head", "warn", 422, text="同意告知")
    act("head", "warn", document_number="示司信告〔2026〕3号", text="同意告知")
    assert people["clerk"].get(f"{address}/warning.pdf").data.startswith(b"%PDF")
    assert people["clerk"].get(f"{address}/decision.pdf").status_code == 404
    act("clerk2", "serve", on="2026-11-20", text="直接送达")
    assert "期满后方可" in act("legal", "legal_pass", 409)
    bureau.to(date(2026, 11, 30))
    # sessions of ten days ago have ended: everybody signs in again
    people |= {
        name: sign_in(name.rstrip("2"), username=f"{name}-later") for name in ("clerk", "legal", "leader")
    }
    act("legal", "legal_pass", text="程序合法")
    act("leader", "decide", document_number="示司信决〔2026〕3号", on="2026-11-30")
    page = people["clerk"].get(address).text
    assert "何为" in page
    assert "在列" in people["clerk"].get("/staff/listings").text
    panel = people["clerk"].get(f"/staff/roster/organisations/{bureau.firm.public_id}").text
    assert "限制参加评优评先" in panel
    for view in ("open", "former", "dismissed"):
        assert people["clerk"].get(f"/staff/listings?view={view}&list=integrity").status_code == 200
    assert "不能启用" in people["clerk"].get("/staff/listings/rules").text


@on_sqlite
def test_what_was_written_is_sealed_at_rest(bureau: Bureau, work: Work) -> None:
    listing = bureau.propose()
    bureau.take(listing, "head", "turn_down", text="事实不清")
    with work.read() as session:
        raw = b"".join(
            bytes(blob)
            for table in ("reg_listings", "reg_listing_acts")
            for (blob,) in session.connection().exec_driver_sql(f"SELECT wording FROM {table}")
        )
    assert BLACK.facts.encode() not in raw
    assert "事实不清".encode() not in raw
