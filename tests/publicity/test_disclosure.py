"""Every fact has its attribute: proposed with the release, confirmed by its approval, and assessed again while it is not told."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from publicity.disclosure import attributes, decide, find, register
from publicity.disclosure.attributes import GROUNDS, NOT_TOLD
from publicity.disclosure.tables import DisclosureDecisionRow, DisclosureRow
from publicity.release import intake
from publicity.release.tables import Release
from registry.credit import catalogue
from registry.credit import record as credit
from registry.credit.columns import SCOPES
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.people import Person
from tests.publicity import office

TELLS_OF_ANOTHER = {"correction", "annulment", "penalty_change", "repair", "objection"}


@pytest.mark.parametrize(
    ("kind", "scope", "severity", "decided", "attribute", "article"),
    [
        ("permit", "公示", None, "2026-11-16", "proactive", "行政许可法第四十条"),
        ("penalty", "公示", "一般", "2026-11-16", "proactive", "行政处罚法第四十八条"),
        ("penalty", "公示", "严重", "2026-03-31", "proactive", "行政处罚法第四十八条"),
        # 国家发展改革委令第36号: in principle not published; 令第58号, before it, published the class 轻微.
        ("penalty", "公示", "轻微", "2026-04-01", "request", "国家发展改革委令第36号"),
        ("penalty", "公示", "轻微", "2026-03-31", "proactive", "行政处罚法第四十八条"),
        ("inspection_finding", "公示", None, "2026-11-16", "proactive", "优化营商环境条例第五十四条"),
        ("award", "公示", None, "2026-11-16", "proactive", "政府信息公开条例第十九条"),
        ("annual_assessment", "公示", None, "2026-11-16", "proactive", "政府信息公开条例第十九条"),
        (
            "annual_assessment",
            "仅政府部门内部共享",
            None,
            "2026-11-16",
            "closed",
            "上海市社会信用条例第十四条",
        ),
        ("annual_assessment", "仅可授权查询", None, "2026-11-16", "request", "上海市社会信用条例第十四条"),
        ("bar_sanction", "公示", None, "2026-11-16", "request", "政府信息公开条例第二十七条"),
        ("legal_aid", "公示", None, "2026-11-16", "closed", "政府信息公开条例第十五条"),
    ],
)
def test_a_fact_is_by_itself_what_law_scope_and_kind_make_it(
    kind: str, scope: str, severity: catalogue.Severity | None, decided: str, attribute: str, article: str
) -> None:
    term = catalogue.term(kind, severity, date.fromisoformat(decided))
    ground = attributes.default(kind, scope=scope, term_public=term.public)
    assert ground is not None
    assert (ground.attribute, article in ground.basis) == (attribute, True)


def test_what_the_intake_proposes_is_what_is_told_by_itself_and_every_other_kind_has_an_attribute_too() -> (
    None
):
    for code, kind in catalogue.KINDS.items():
        for scope in SCOPES:
            for public in (True, False):
                ground = attributes.default(code, scope=scope, term_public=public)
                if code in TELLS_OF_ANOTHER:
                    assert ground is None
                else:
                    assert ground is not None, f"{code} has no attribute"
                    told = kind.releasable and scope == SCOPES[0] and public
                    assert (ground.attribute == "proactive") is told, (code, scope, public)
    assert {ground.attribute for ground in GROUNDS.values()} == set(attributes.TITLES)


@pytest.fixture
def people(host: Host) -> dict[str, Actor]:
    return office.team(host)


@pytest.fixture
def subjects(host: Host) -> office.Subjects:
    return office.enrol(host.work)


def proposed(work: Work, actor: Actor, release: str, ground: str, reason: str = "涉及第三方商业秘密") -> None:
    with work.write(actor) as session:
        revision = session.scalars(select(Release.revision).where(Release.public_id == release)).one()
        decide.propose(
            session,
            actor,
            release=release,
            revision=revision,
            ground=ground,
            reason=reason,
        )


def closed(host: Host, people: dict[str, Actor], event: str, ground: str = "commercial") -> str:
    """Proposes with its release that an event be closed, takes it to its approval, and gives the release."""
    release = office.release_of(host.work, event)
    proposed(host.work, people["clerk"], release, ground)
    for step, name in office.SIX[:4]:
        office.take(host.work, people[name], step, release)
    return release


def entry_of(host: Host, release: str) -> tuple[str, str, str, date | None]:
    with host.work.read() as session:
        row = session.scalars(
            select(DisclosureRow)
            .join(Release, Release.event_id == DisclosureRow.event_id)
            .where(Release.public_id == release)
        ).one()
        return row.public_id, row.attribute, row.ground, row.review_on


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_six_people_close_a_fact_instead_of_publishing_it(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    release = office.release_of(host.work, office.permit(host.work, subjects))
    clerk = sign_in("clerk")
    page = clerk.get(f"/staff/releases/{release}").text
    assert "主动公开" in page
    assert "行政许可法第四十条" in page
    form = clerk.get(f"/staff/releases/{release}/disclosure").text
    [revision] = re.findall(r'name="revision" value="(\d+)"', form)
    here = f"/staff/releases/{release}/disclosure"
    refused = clerk.post(here, revision=revision, ground="", reason="")
    assert refused.status_code == 422
    assert "请选择法律依据" in refused.text
    refused = clerk.post(here, revision=revision, ground="commercial", reason=" ")
    assert refused.status_code == 422
    assert 'value="commercial" selected' in refused.text, "the form comes back filled in"
    sent = {"revision": revision, "ground": "commercial", "reason": "决定书附有客户名单"}
    assert clerk.post(here, **sent).status_code == 303
    assert clerk.post(here, **sent).status_code == 409, "the page has moved on"
    told = clerk.get(f"/staff/releases/{release}").text
    assert "不予公开" in told
    assert "决定书附有客户名单" in told
    reviewers = [clerk, *(sign_in(name) for _, name in office.SIX[1:4])]
    for (step, name), person in zip(office.SIX[:4], reviewers, strict=True):
        page = person.get(f"/staff/releases/{release}").text
        [revision] = set(re.findall(r'name="revision" value="(\d+)"', page))
        assert person.post(f"/staff/releases/{release}/steps/{step}", revision=revision).status_code == 303, (
            name
        )
    page = sign_in("auditor").get(f"/staff/releases/{release}").text
    assert "本件已终止" in page
    assert "公开属性定为不予公开" in page
    public_id, attribute, ground, review_on = entry_of(host, release)
    assert (attribute, ground, review_on) == ("closed", "commercial", date(2027, 11, 20))
    assert client.get("/notices.json").get_json()["results"] == []
    listed = sign_in("secrecy", username="secrecy2").get("/staff/disclosure").text
    assert f"/staff/disclosure/{public_id}" in listed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_decides_the_attribute_alone_and_nobody_out_of_turn(
    host: Host, people: dict[str, Actor], subjects: office.Subjects
) -> None:
    """政府信息公开条例第十七条：审查机制。"""
    release = office.release_of(host.work, office.penalty(host.work, subjects))
    for stranger in ("head", "secrecy", "leader", "admin"):
        with pytest.raises(Refused):
            proposed(host.work, people[stranger], release, "privacy")
    office.take(host.work, people["clerk"], "propose", release)
    with pytest.raises(Refused):
        proposed(host.work, people["clerk"], release, "privacy")
    both = Actor("staff", "both", "一人两职", people["head"].permissions | people["leader"].permissions)  # type: ignore[operator]
    proposed(host.work, both, release, "privacy")
    with pytest.raises(Conflict, match="没有变化"):
        proposed(host.work, people["head"], release, "privacy")
    office.take(host.work, people["head"], "first_review", release)
    office.take(host.work, people["secrecy"], "secrecy_review", release)
    with pytest.raises(Conflict) as late:
        proposed(host.work, people["leader"], release, "permit")
    assert late.value.rule == "out_of_turn"
    with pytest.raises(Refused) as alone:
        office.take(host.work, both, "approve", release)
    assert alone.value.rule == "four_eyes"
    office.take(host.work, people["leader"], "approve", release)
    assert entry_of(host, release)[1] == "closed"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_the_secrecy_reviewer_opens_again_is_published(
    host: Host, client: FlaskClient, people: dict[str, Actor], subjects: office.Subjects
) -> None:
    release = office.release_of(host.work, office.penalty(host.work, subjects))
    proposed(host.work, people["clerk"], release, "commercial")
    for step, name in office.SIX[:2]:
        office.take(host.work, people[name], step, release)
    proposed(host.work, people["secrecy"], release, "consent", "第三方已书面同意")
    for step, name in office.SIX[2:]:
        office.take(host.work, people[name], step, release)
    assert entry_of(host, release)[1:] == ("proactive", "consent", None)
    assert len(client.get("/notices.json").get_json()["results"]) == 1


def test_a_closed_fact_comes_up_again_stays_closed_with_a_reason_or_goes_round_the_six_steps(
    host: Host,
    client: FlaskClient,
    clock: SetClock,
    people: dict[str, Actor],
    sign_in: Callable[..., Person],
    subjects: office.Subjects,
) -> None:
    """政府信息公开条例第十八条：对不予公开的政府信息进行定期评估审查，对因情势变化可以公开的应当公开。"""
    release = closed(host, people, office.permit(host.work, subjects))
    public_id, *_ = entry_of(host, release)
    clock.advance(timedelta(days=300))
    assert public_id not in sign_in("head", username="head2").get("/staff").text
    clock.advance(timedelta(days=40))
    head = sign_in("head", username="head3")
    assert f"/staff/disclosure/{public_id}" in head.get("/staff").text, "thirty days before its day"
    here = f"/staff/disclosure/{public_id}"
    assert head.post(f"{here}/keep", ground="commercial", reason="").status_code == 422
    late = head.post(f"{here}/keep", ground="commercial", reason="仍在保密期", next_on="2029-01-01")
    assert late.status_code == 422
    assert "下次评估日期" in late.text
    assert head.post(f"{here}/keep", ground="permit", reason="x").status_code == 422
    kept = head.post(f"{here}/keep", ground="commercial", reason="仍在保密期", next_on="2028-03-01")
    assert kept.status_code == 303
    assert entry_of(host, release)[3] == date(2028, 3, 1)
    assert f"/staff/disclosure/{public_id}" not in head.get("/staff").text
    clock.advance(timedelta(days=120))
    head = sign_in("head", username="head4")
    assert "仍在保密期" in head.get(here).text
    opened = head.post(f"{here}/open", open_ground="assessed", open_reason="商业秘密已经公开")
    assert opened.status_code == 303
    assert opened.location.endswith(f"/staff/releases/{release}")
    assert head.post(f"{here}/open", open_ground="assessed", open_reason="又一次").status_code == 409
    due = sign_in("auditor").get(f"/staff/releases/{release}").text
    assert "待提出" in due
    for step, name in office.SIX:
        office.take(host.work, people[name], step, release)
    assert len(client.get("/notices.json").get_json()["results"]) == 1
    assert entry_of(host, release)[1:] == ("proactive", "assessed", None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_closed_a_fact_does_not_assess_it(
    host: Host, people: dict[str, Actor], subjects: office.Subjects
) -> None:
    release = closed(host, people, office.penalty(host.work, subjects))
    public_id, *_ = entry_of(host, release)
    with pytest.raises(Refused) as alone, host.work.write(people["leader"]) as session:
        decide.keep(session, session.actor, entries=[public_id], ground="", reason="x")
    assert alone.value.rule == "four_eyes"
    with pytest.raises(Refused) as stranger, host.work.write(people["clerk"]) as session:
        decide.keep(session, session.actor, entries=[public_id], ground="", reason="x")
    assert stranger.value.rule == "permission"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_deputy_and_whoever_is_away_are_one_pair_of_hands(
    host: Host, people: dict[str, Actor], sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    away, head, boss = (
        sign_in("clerk", "leader", "head", username="away"),
        sign_in("head"),
        sign_in("leader"),
    )
    form = {"absent": away.id, "delegate": head.id, "agreed_by": boss.id, "steps": ["approve"]}
    days = {"from_on": "2026-11-20", "until_on": "2026-11-26"}
    assert boss.post("/staff/delegations", **form, **days).status_code == 303

    def approve(release: str) -> int:
        [revision] = set(
            re.findall(r'name="revision" value="(\d+)"', head.get(f"/staff/releases/{release}").text)
        )
        return head.post(f"/staff/releases/{release}/steps/approve", revision=revision).status_code

    def cleared(event: str, proposer: Actor) -> str:
        release = office.release_of(host.work, event)
        proposed(host.work, proposer, release, "commercial")
        for step, name in office.SIX[:3]:
            office.take(host.work, people[name], step, release)
        return release

    absent = Actor("staff", away.id, "一人两职", people["clerk"].permissions)
    own = cleared(office.penalty(host.work, subjects), absent)
    assert approve(own) == 403, "the deputy confirms nothing that whoever is away proposed"
    other = cleared(office.permit(host.work, subjects), people["clerk"])
    assert approve(other) == 303
    public_id, attribute, *_ = entry_of(host, other)
    assert attribute == "closed"
    for person in (head, away):
        answer = person.post(f"/staff/disclosure/{public_id}/keep", ground="commercial", reason="仍在保密期")
        assert answer.status_code == 403
    with host.work.read() as session:
        assert find.page(session, public_id).barred == {"clerk", head.id, away.id}
    third = sign_in("head", username="head2")
    kept = third.post(f"/staff/disclosure/{public_id}/keep", ground="commercial", reason="仍在保密期")
    assert kept.status_code == 303


def test_a_light_penalty_is_entered_without_a_release_and_an_assessment_makes_one(
    host: Host, client: FlaskClient, people: dict[str, Actor], subjects: office.Subjects
) -> None:
    """令第36号：轻微的原则上不予公示；主管部门认为确有必要的，公示不超过三个月。"""
    office.penalty(host.work, subjects, severity="轻微")
    assert intake.run(host.work) == {"drafted": 0}
    assert register.run(host.work) == {"entered": 1}
    assert register.run(host.work) == {"entered": 0}
    with host.work.read() as session:
        [line], _ = find.listed(session, find.Asked(), after=None, limit=10)
        assert (line.ground.code, line.ground.attribute) == ("light", "request")
    with host.work.write(people["head"]) as session:
        release = decide.open_(
            session, session.actor, entry=line.public_id, ground="interest", reason="社会影响较大"
        ).public_id
    assert intake.run(host.work) == {"drafted": 0}, "it has its release"
    for step, name in office.SIX:
        office.take(host.work, people[name], step, release)
    [notice] = client.get("/notices.json").get_json()["results"]
    assert notice["until"] == "2027-02-12", "three months from the decision"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_may_never_be_told_or_has_ended_is_not_opened(
    host: Host, people: dict[str, Actor], subjects: office.Subjects
) -> None:
    with host.work.write(office.OFFICE) as session:
        credit.record(
            session,
            office.OFFICE,
            kind="legal_aid",
            subject=credit.Subject(practitioner=subjects.lawyer.id),
            decided_on=date(2026, 11, 10),
            summary="指派",
        )
    office.penalty(host.work, subjects, severity="轻微", decided="2026-08-19")
    register.run(host.work)
    with host.work.read() as session:
        lines, _ = find.listed(session, find.Asked(), after=None, limit=10)
    rules = {}
    for line in lines:
        with pytest.raises(Conflict) as refused, host.work.write(people["head"]) as session:
            decide.open_(session, session.actor, entry=line.public_id, ground="interest", reason="x")
        rules[line.ground.code] = refused.value.rule
    # 令第36号: three months at most; that of 19 August ended yesterday.
    assert rules == {"privacy": "not_releasable", "light": "term_over"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_many_alike_are_assessed_at_once_and_each_keeps_its_own_decision(
    host: Host, sign_in: Callable[..., Person], subjects: office.Subjects, clock: SetClock
) -> None:
    for serial in range(3):
        office.penalty(host.work, subjects, severity="轻微", number=f"沪司罚决字〔2026〕第{serial}号")
    register.run(host.work)
    clock.advance(timedelta(days=350))
    secrecy = sign_in("secrecy")
    page = secrecy.get("/staff/disclosure?due=1").text
    entries = re.findall(r'name="entries" value="([a-z2-7]{16})"', page)
    assert len(entries) == 3
    none = secrecy.post("/staff/disclosure/keep?due=1", reason="x")
    assert none.status_code == 422
    assert "请选择要评估的信息" in none.text
    assert (
        secrecy.post("/staff/disclosure/keep?due=1", entries=entries[:2], reason="仍属轻微").status_code
        == 303
    )
    left = secrecy.get("/staff/disclosure?due=1").text
    assert re.findall(r'name="entries" value="([a-z2-7]{16})"', left) == [entries[2]]
    with host.work.read() as session:
        decisions = session.scalars(select(DisclosureDecisionRow)).all()
        assert [(one.step, one.ground) for one in decisions] == [("keep", "light")] * 2
        assert not any("仍属轻微".encode() in (one.reason or b"") for one in decisions), "reasons are sealed"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_public_reads_counts_and_no_content(
    host: Host, client: FlaskClient, people: dict[str, Actor], subjects: office.Subjects
) -> None:
    closed(host, people, office.penalty(host.work, subjects))
    office.publicise(host, office.permit(host.work, subjects))
    register.run(host.work)
    told = client.get("/disclosure-attributes.json").get_json()
    assert {(one["kind"], one["attribute"]): one["count"] for one in told["counts"]} == {
        ("penalty", "closed"): 1,
        ("permit", "proactive"): 1,
    }
    [ground] = told["grounds"]
    assert (ground["ground"], ground["count"]) == ("commercial", "<5"), "a small number could tell of whom"
    page = client.get("/disclosure-attributes").text
    assert "不予公开" in page
    assert "&lt;5" in page
    everything = page + client.get("/disclosure-attributes.csv").text + str(told)
    for word in ("明理", "章程", "沪司罚决字", "客户名单"):
        assert word not in everything
    assert client.get("/disclosure-attributes.xlsx").status_code == 200


def test_the_register_lists_what_waits_and_leaves_out_what_was_annulled(
    host: Host, people: dict[str, Actor], subjects: office.Subjects
) -> None:
    event = office.penalty(host.work, subjects, severity="轻微")
    register.run(host.work)
    with host.work.read() as session:
        assert len(find.listed(session, find.Asked(), after=None, limit=10)[0]) == 1
        assert set(NOT_TOLD) == {"request", "closed"}
    with host.work.write(office.OFFICE) as session:
        credit.annul(session, office.OFFICE, event=event, ground="事实不清", on=session.today)
    with host.work.read() as session:
        assert find.listed(session, find.Asked(), after=None, limit=10)[0] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_stale_page_decides_nothing(
    host: Host, people: dict[str, Actor], subjects: office.Subjects
) -> None:
    release = office.release_of(host.work, office.penalty(host.work, subjects))
    for revision, ground, rule in ((7, "privacy", "changed"), (1, "none", "unknown_ground")):
        with pytest.raises((Conflict, Invalid)) as refused, host.work.write(people["clerk"]) as session:
            decide.propose(
                session, session.actor, release=release, revision=revision, ground=ground, reason="x"
            )
        assert refused.value.rule == rule
