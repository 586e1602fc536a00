"""The ceremony of a draw for programs, and for parties who use one in their own session: /api/v1/draws and its visits.

A program may announce, freeze, commit and draw. Chance, voiding and substitution want a person: their endpoints take the
session of a member of staff (with the CSRF token of any page in `X-CSRFToken`) and answer a program's token with 403,
`people_only`. What each may do is asked by the use case, as on the pages.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from inspection.ceremony import announce, conduct, stand, void
from inspection.ceremony.sealed_announce import SEAL, announce_sealed
from inspection.ceremony.stand import Stand
from inspection.ceremony.tables import AnnouncementRow, DrawRow
from inspection.visits import assign, replace
from inspection.visits import find as visits
from inspection.visits.tables import VisitRow
from inspection.web.ceremony_shapes import (
    AnnouncementSchema,
    AskingSchema,
    CeremonySchema,
    DecisionSchema,
    DrawTaskSchema,
    HandOverSchema,
    InspectionVisitLineSchema,
    InspectionVisitSchema,
    StepSchema,
    SupplySchema,
    VisitsQuery,
    VoidProposalSchema,
)
from registry.kernel.faults import Fault, Invalid, NotFound
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.web.api.filters import lock
from registry.web.api.ground import Concern
from registry.web.api.scopes import Scope

SCOPES = (
    Scope("draws:read", "读取抽取和检查的办理情况", frozenset({"draw.read", "visit.read"})),
    Scope(
        "draws:conduct",
        "公布抽取、冻结名录、提交存证、执行抽取；随机源、作废、回避和更换须由本人在会话中办理",
        frozenset({"draw.read", "visit.read", "draw.freeze", SEAL, "draw.commit", "draw.run"}),
    ),
)

concern = Concern("ceremony", "双随机抽取的办理", offered=SCOPES)

_DRAW = "/draws/<string(length=16):public_id>"
_VISIT = "/visits/<string(length=16):public_id>"
_BEACON = ("source", "round", "due")
_announced = lock(AnnouncementRow, "没有公布过这次抽取")
_frozen = lock(DrawRow, "没有这次抽取")


@concern.listing("/inspection-tasks", permission="draw.read", item=DrawTaskSchema, key=attrgetter("next"))
def inspection_tasks(
    session: WorkSession, _asked: Mapping[str, Any], after: int | None, limit: int
) -> Sequence[stand.TaskLine]:
    """抽查任务和最近一次抽取

    最近建立的在前。
    """
    return stand.tasks(session, before=after, limit=limit, on=session.today)


@concern.read(_DRAW, permission="draw.read", answer=CeremonySchema)
def ceremony(session: WorkSession, _asked: Mapping[str, Any], public_id: str) -> Stand:
    """一次抽取办到哪一步

    自公布抽取编号起；结果和记录见 /draws/{public_id}.json。
    """
    return stand.stand(session, public_id, on=session.today)


# Every act of a ceremony is answered with how far it has come.
_step = partial(concern.act, shows=ceremony, answer=CeremonySchema)


@_step("/draws", permission="draw.freeze", body=AnnouncementSchema)
def announce_draw(session: WorkSession, given: Mapping[str, Any]) -> str:
    """公布抽取编号和随机源计划

    提供随机源的须是在职的见证人，写用户名；接口客户端不能作为其中一方。写明 seal_ground 的是密封抽取：须有两项以上封存的
    随机数和一名保管人，名录和结果在检查完成之前不公开。
    """
    plan = [_item(item, f"plan[{place}]") for place, item in enumerate(given["plan"])]
    wanted = {"task": given["task"], "plan": plan, "supersedes": given["supersedes"]}
    if given["seal_ground"] is None:
        return announce.announce(session, session.actor, **wanted).public_id
    seal = {"ground": given["seal_ground"], "depositary": given["depositary"] or ""}
    return announce_sealed(session, session.actor, **wanted, **seal).public_id


@_step(f"{_DRAW}/call-off", permission="draw.freeze", body=StepSchema, lock=_announced)
def call_off(session: WorkSession, _given: Mapping[str, Any], public_id: str) -> str:
    """撤回公布的抽取

    只在名录冻结之前。
    """
    announce.call_off(session, session.actor, draw_id=public_id)
    return public_id


@_step(f"{_DRAW}/commitments", permission="draw.read", body=HandOverSchema, lock=_announced, people=True)
def hand_over(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """提交承诺值

    由计划中的揭示方在本人的会话中提交；接口客户端一律 403（people_only）。
    """
    announce.hand_over(session, session.actor, draw_id=public_id, commitment=given["commitment"])
    return public_id


@_step(f"{_DRAW}/freeze", permission="draw.freeze", body=StepSchema, lock=_announced)
def freeze(session: WorkSession, _given: Mapping[str, Any], public_id: str) -> str:
    """冻结名录

    承诺值齐了才能冻结；冻结之后不能丢弃。
    """
    conduct.freeze(session, session.actor, draw_id=public_id)
    return public_id


@_step(f"{_DRAW}/commit", permission="draw.commit", body=StepSchema, lock=_frozen)
def commit(session: WorkSession, _given: Mapping[str, Any], public_id: str) -> str:
    """名录提交存证"""
    conduct.commit(session, session.actor, draw_id=public_id)
    return public_id


@_step(f"{_DRAW}/chance", permission="draw.read", body=SupplySchema, lock=_frozen, people=True)
def supply(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """提供一项随机源

    由计划中的一方在本人的会话中按次序提供，提供后不能更改；接口客户端一律 403（people_only）。
    """
    conduct.supply(session, session.actor, draw_id=public_id, **given)
    return public_id


def _computed(public_id: str) -> Mapping[str, object]:
    with work().read() as session:
        given = conduct.inputs(session, public_id)
    return conduct.compute(given)


@_step(f"{_DRAW}/run", permission="draw.run", body=StepSchema, lock=_frozen, ahead=_computed)
def run(
    session: WorkSession, _given: Mapping[str, Any], public_id: str, ahead: Mapping[str, object] | Fault
) -> str:
    """抽取

    一次请求，只发生一次：再发同一键得到同样的回答，用别的键再发为 409。
    """
    session.actor.require("draw.run")
    if isinstance(ahead, Fault):
        raise ahead
    assign.carry_out(session, session.actor, draw_id=public_id, record=ahead)
    return public_id


@_step(f"{_DRAW}/void", permission="draw.read", body=VoidProposalSchema, lock=_frozen, people=True)
def propose_void(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """申请作废

    只限规定的情形，由本系统自行查核；须由另一人确认。接口客户端一律 403（people_only）。
    """
    void.propose(session, session.actor, draw_id=public_id, **given)
    return public_id


@_step(f"{_DRAW}/void/confirm", permission="draw.read", body=StepSchema, lock=_frozen, people=True)
def confirm_void(session: WorkSession, _given: Mapping[str, Any], public_id: str) -> str:
    """确认作废

    由申请人以外的人；接口客户端一律 403（people_only）。
    """
    void.confirm(session, session.actor, draw_id=public_id)
    return public_id


@concern.listing(
    "/visits",
    permission="visit.read",
    item=InspectionVisitLineSchema,
    query=VisitsQuery,
    key=attrgetter("public_id"),
)
def visit_lines(
    session: WorkSession, asked: Mapping[str, Any], after: str | None, limit: int
) -> Sequence[visits.VisitPage]:
    """检查

    完成时限近的在前。
    """
    states = tuple(visits.STATES) if asked["state"] is None else (asked["state"],)
    return visits.worklist(session, states=states, limit=limit, after=after)[0]


@concern.read(_VISIT, permission="visit.read", answer=InspectionVisitSchema)
def visit(session: WorkSession, _asked: Mapping[str, Any], public_id: str) -> Mapping[str, Any]:
    """一次检查的人员和更换情况"""
    found = visits.visit(session, public_id)
    return {
        **vars(found),
        "seats": replace.seats(session, public_id),
        "requests": replace.requests(session, public_id),
    }


@concern.act(
    f"{_VISIT}/substitutions",
    permission="visit.read",
    body=AskingSchema,
    shows=visit,
    answer=InspectionVisitSchema,
    lock=lock(VisitRow, "没有这次检查"),
    people=True,
)
def ask_substitution(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """申请回避或更换检查对象

    接口客户端一律 403（people_only）。
    """
    replace.ask(session, session.actor, visit=public_id, **given)
    return public_id


@concern.act(
    f"{_VISIT}/substitutions/<string(length=16):substitution>/decision",
    permission="visit.read",
    body=DecisionSchema,
    shows=visit,
    answer=InspectionVisitSchema,
    lock=lock(VisitRow, "没有这次检查"),
    people=True,
)
def decide_substitution(
    session: WorkSession, given: Mapping[str, Any], public_id: str, substitution: str
) -> str:
    """决定回避或更换

    由申请人以外的人；同意时谁来接替由种子确定。更换检查对象后，所答的是接替对象的检查。接口客户端一律 403（people_only）。
    """
    if substitution not in {one.public_id for one in replace.requests(session, public_id)}:
        raise NotFound("没有这项更换申请")
    return (
        replace.decide(session, session.actor, substitution=substitution, granted=given["granted"])
        or public_id
    )


def _item(given: Mapping[str, Any], path: str) -> dict[str, str]:
    """An item of the plan as `announce` takes it. Raises Invalid: a beacon has a source, round and moment, nothing else has."""
    for name in _BEACON:
        if (given["kind"] == "beacon") != (name in given):
            raise Invalid.field(f"{path}.{name}", "beacon", "来源、期号和公布时间用于公共随机源，且缺一不可")
    return {name: value.isoformat() if name == "due" else str(value) for name, value in given.items()}
