"""What is known of the consultations of a release, without judging who may know it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from publicity.release.consultation.rules import So, open_
from publicity.release.consultation.tables import ConsultationRow, ConsultationStepRow
from publicity.release.tables import Release
from registry.credit import sealing
from registry.kernel.faults import Conflict
from registry.kernel.work import WorkSession

_CONTEXT = "pub_consultations.wording"


def consultations(session: WorkSession, release: int) -> Sequence[ConsultationRow]:
    """Those of a release (row id), the first first."""
    found = select(ConsultationRow).where(ConsultationRow.release_id == release)
    return session.scalars(found.order_by(ConsultationRow.id)).all()


def so(asked: ConsultationRow) -> So:
    done = {one.step: one for one in asked.steps}
    return So(
        due_on=done["received"].due_on if "received" in done else None,
        answer=done["answered"].outcome if "answered" in done else None,
        decision=done["decided"].outcome if "decided" in done else None,
        told="told" in done,
    )


def require_settled(session: WorkSession, row: Release) -> None:
    """Raises Conflict (`consulting`) while a third party's answer, the decision or its telling is open."""
    waiting = [open_(so(asked), session.today) for asked in consultations(session, row.id)]
    if any(one != "nothing" for one in waiting):
        raise Conflict("正在征求第三方意见，作出决定并告知后才能继续", rule="consulting")


def step(asked: ConsultationRow, name: str) -> ConsultationStepRow | None:
    return next((one for one in asked.steps if one.step == name), None)


def sealed(session: WorkSession, texts: Mapping[str, str]) -> bytes:
    return sealing.seal(session, texts, _CONTEXT)


def opened(session: WorkSession, wording: bytes | None) -> Mapping[str, str]:
    """The texts of `sealed`; none for null."""
    return sealing.opened(session, wording, _CONTEXT) if wording else {}
