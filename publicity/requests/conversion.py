"""依申请转主动公开 (政府信息公开条例第四十四条): what was given to one is looked at for everybody."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from publicity.notices.tables import Notice
from publicity.requests import rules, states
from publicity.requests.handle import held
from publicity.requests.tables import RequestRow
from registry.credit.casework import steps
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.work import WorkSession

YES = "yes"


def assess(
    session: WorkSession, actor: Actor, *, request: str, converted: str, notice: str = "", where: str = ""
) -> None:
    """研判: `converted` is "yes" with the public id of the `notice` that followed, or `where` else it is public now; or one
    of rules.KEPT_BACK.

    Raises Conflict (`nothing_given`, `assessed`, `out_of_turn`), Invalid (`required`, `not_public`), NotFound, Refused.
    """
    row = held(session, request)
    actor.require(states.move(row.state, "convert").permission)
    if row.outcome not in rules.PROVIDING:
        raise Conflict("这件申请没有提供信息，不用研判", rule="nothing_given")
    if row.converted is not None:
        raise Conflict("已经研判过", rule="assessed")
    if converted != YES and converted not in rules.KEPT_BACK:
        raise Invalid.field("converted", "required", "请选择研判结果")
    if converted == YES:
        row.notice_id = _notice(session, notice.strip())
        if row.notice_id is None:
            steps.required("where", where, "请填写公示编号，或者写明在哪里公开")
    row.converted = converted
    steps.take(
        session, actor, row.public_id, "convert", outcome=converted, note=where.strip()[: steps.LONGEST]
    )
    session.act("request.convert", row.public_id, converted=converted)


def _notice(session: WorkSession, public_id: str) -> int | None:
    if not public_id:
        return None
    current = select(Notice.id).where(Notice.public_id == public_id, Notice.state == "current")
    found = session.scalar(current)
    if found is None:
        raise Invalid.field("notice", "not_public", "没有这条当前公示，请核对公示编号")
    return found


@dataclass(frozen=True)
class Rate:
    """Of the requests of a year that were given information, how many led to publication. `wanted` in percent."""

    given: int
    converted: int
    assessed: int
    wanted: int = rules.CONVERT_PERCENT

    @property
    def percent(self) -> float | None:
        """With one decimal; None where nothing was given."""
        return round(100 * self.converted / self.given, 1) if self.given else None


def rate(session: WorkSession, *, year: int) -> Rate:
    """依申请转主动公开率 of the answers of `year`."""
    counted = select(
        func.count(),
        func.coalesce(func.sum(case((RequestRow.converted == YES, 1), else_=0)), 0),
        func.coalesce(func.sum(case((RequestRow.converted.is_not(None), 1), else_=0)), 0),
    ).where(
        RequestRow.outcome.in_(rules.PROVIDING),
        RequestRow.answered_on.between(date(year, 1, 1), date(year, 12, 31)),
    )
    given, converted, assessed = session.execute(counted).one()
    return Rate(given, converted, assessed)
