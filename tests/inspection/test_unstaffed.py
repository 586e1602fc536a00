"""Nobody can inspect what is or may be drawn: who, why, and what the office can do about it."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inspection.ceremony import relax
from inspection.ceremony.tables import DrawRow
from inspection.draw.verify import verify
from inspection.plan import draft
from inspection.plan.tables import InspectorRow
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.inspection import bureau
from tests.inspection.bureau import DICE, OFFICE, SECOND_DICE
from tests.people import Person

EVERYBODY = [{"id": name, "rate_bp": 10000, "min": 0, "max": None} for name in "ABCD"]
ONE_EACH = {"size": 2, "lead_required": True, "cross_district": False, "max_load": 1}
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_firm_that_everybody_is_recused_from_stops_the_freezing_by_name(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    place = bureau.found(host.work, inspectors=4)
    for certificate in ("090000", "090001", "090002"):
        _recuse(host.work, certificate, place.firms[3].public_id)
    officer = sign_in("draw")
    for name in ("witness", "witness2"):
        sign_in("witness", username=name)
    refused = officer.post(f"/staff/inspection/tasks/{place.task}/freeze", by=["witness", "witness2"])
    assert refused.status_code == 422
    assert "示范市第4试验律师事务所：回避之后，没有足够的检查人员" in refused.text
    for inspector in ("检查员0（090000）", "检查员1（090001）", "检查员2（090002）"):
        assert inspector in refused.text
    assert "检查员3" not in refused.text
    assert "由声明人撤回有误的回避" in refused.text
    assert "示范市第5试验律师事务所" not in refused.text
    with host.work.read() as session:
        assert session.scalar(select(DrawRow.id)) is None


@SQLITE
def test_all_firms_that_nobody_can_inspect_are_told_at_once(work: Work) -> None:
    """Inspectors live where the firms are; and there is no lead for the others."""
    team = {"size": 2, "lead_required": True, "cross_district": True, "max_load": None}
    place = bureau.found(work, firms=25, inspectors=1, team=team)
    with pytest.raises(Invalid) as refused:
        bureau.frozen(work, place)
    paths = [fault.path for fault in refused.value.fields]
    assert len(paths) == 21
    assert paths[-1] == "units"
    assert {fault.rule for fault in refused.value.fields} == {"staffable alone: too few inspectors"}
    assert "请补充" in refused.value.fields[0].message


def test_what_cannot_be_assigned_is_named_and_the_head_relaxes_the_load(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    work = host.work
    place = bureau.found(work, inspectors=4, team=ONE_EACH, strata=EVERYBODY)
    head, officer = sign_in("head"), sign_in("draw")
    page = f"/staff/inspection/tasks/{place.task}"
    assert "放宽每人上限" not in head.get(page).text
    assert _refusal(work, place.task, 2) == "not_unassignable"
    draw = bureau.committed(work, place)
    bureau.throw(work, draw, DICE, SECOND_DICE)
    record = bureau.run(work, draw)
    named = record["unassignable"]["units"]
    assert 0 < len(named) < 12
    for shown in (client.get(f"/draws/{draw}").text, officer.get(f"/staff/inspection/draws/{draw}").text):
        why = shown.partition("抽中的对象有效")[2].partition("<table")[0]
        for n, firm in enumerate(place.firms):
            assert (f"第{n + 1}试验律师事务所" in why) == (firm.public_id in named)
        assert "而每人至多检查 1 个对象" in why
    assert "怎么办" in officer.get(f"/staff/inspection/draws/{draw}").text
    assert "放宽每人上限" in head.get(page).text

    assert _refusal(work, place.task, 1) == "not_larger"
    assert officer.post(f"{page}/relax", max_load="9").status_code == 403
    assert head.post(f"{page}/relax", max_load="").status_code == 303
    assert "自动均衡" in head.get(page).text
    second = bureau.committed(work, place)
    assert _refusal(work, place.task, None) == "not_unassignable", "the next one is under way"
    bureau.throw(work, second, SECOND_DICE, DICE)
    assigned = bureau.run(work, second)
    assert verify(assigned) == []
    assert {entry["unit"] for entry in assigned["assignments"]} == {one["unit"] for one in record["selected"]}


@SQLITE
def test_an_empty_stratum_and_quotas_of_nothing_draw_nobody_and_verify(
    work: Work, client: FlaskClient
) -> None:
    nothing = [{"id": name, "rate_bp": 0, "min": 0, "max": 0} for name in "ABCD"]
    place = bureau.found(work, strata=nothing)
    draw = bureau.drawn(work, place)
    record = json.loads(client.get(f"/draws/{draw}/record.json").data)
    assert (record["selected"], record["assignments"]) == ([], [])
    assert len(record["reserves"]) == 1, "only A has firms, and keeps its reserve"
    assert verify(record) == []
    assert "没有抽中任何对象" in client.get(f"/draws/{draw}").text
    assert client.get(f"/draws/{draw}/verify").status_code == 200
    assert client.get(f"/draws/{draw}/stage").status_code == 200
    assert client.get(f"/draws/{draw}.pdf").data.startswith(b"%PDF")


@SQLITE
@pytest.mark.parametrize(
    ("task", "path"),
    [
        ({"team": {**ONE_EACH, "max_load": 0}}, "team.max_load"),
        ({"yearly_cap": 0}, "yearly_cap"),
        ({"team": {**ONE_EACH, "size": 1}}, "team.size"),
        ({"strata": [{**EVERYBODY[0], "min": 3, "max": 2}, *EVERYBODY[1:]]}, "strata[0].max"),
    ],
)
def test_caps_of_nothing_are_told_when_the_task_is_made(work: Work, task: dict, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        bureau.found(work, **task)
    assert [fault.path for fault in refused.value.fields] == [path]


@SQLITE
def test_a_city_of_one_firm_draws_it(work: Work) -> None:
    record = bureau.run(work, _thrown(work, bureau.found(work, firms=1, inspectors=2)))
    assert len(record["selected"]) == len(record["assignments"]) == 1
    assert verify(record) == []


@SQLITE
def test_a_city_of_none_cannot_freeze(work: Work) -> None:
    with pytest.raises(Invalid) as refused:
        bureau.frozen(work, bureau.found(work, firms=0))
    assert [(fault.path, fault.rule) for fault in refused.value.fields] == [("units", "empty")]


def _thrown(work: Work, place: bureau.Bureau) -> str:
    draw = bureau.committed(work, place)
    bureau.throw(work, draw, DICE, SECOND_DICE)
    return draw


def _refusal(work: Work, task: str, max_load: int | None) -> str:
    try:
        with work.write(OFFICE) as session:
            relax.relax(session, OFFICE, task=task, max_load=max_load)
    except Invalid as refused:
        return refused.fields[0].rule
    except Conflict as refused:
        return refused.rule
    return ""


def _recuse(work: Work, certificate: str, firm: str) -> None:
    with work.write(OFFICE) as session:
        inspector = session.scalars(
            select(InspectorRow.public_id).where(InspectorRow.certificate == certificate)
        ).one()
        draft.declare_recusal(session, OFFICE, inspector=inspector, organisation=firm, reason="亲属关系")
