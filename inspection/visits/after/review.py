"""Review of what a visit found, by a second person: sent back with a reason, or closed (visits.findings.close)."""

from inspection.visits.findings import locked, refuse_own, refuse_voided
from inspection.visits.tables import VisitRow
from registry.credit.casework import steps
from registry.credit.casework.steps import Step
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict
from registry.kernel.work import WorkSession

SEND_BACK = "send_back"


def send_back(session: WorkSession, actor: Actor, *, visit: str, reason: str) -> VisitRow:
    """退回补正: the team records again, the reason stays. What was found may not be escaped by replacing anybody.

    Raises NotFound, Refused (permission, `four_eyes`), Invalid without a reason, Conflict for a visit that does not wait
    for its review.
    """
    actor.require("visit.review")
    row = locked(session, visit)
    written = steps.required("reason", reason, "请写明退回理由")
    if row.state != "recorded":
        raise Conflict("只有待复核的检查可以退回", rule="state")
    refuse_voided(row)
    refuse_own(actor, row)
    row.state = "returned"
    steps.take(session, actor, row.public_id, SEND_BACK, note=written)
    session.act("visit.send_back", row.public_id)
    return row


def returned(session: WorkSession, visit: str) -> list[Step]:
    """How often and why the visit was sent back, the latest first."""
    return [step for step in reversed(steps.of(session, visit)) if step.step == SEND_BACK]
