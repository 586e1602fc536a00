"""Who had a hand in a release: in its steps, in what is covered of its present draft, and in asking third parties.

Whoever uncovers words or records what a third party answered does part of the secrecy review, and whoever decides on the
third party does part of the approval: four eyes count them as they count whoever takes the step.
"""

from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from publicity.release.consultation.tables import ConsultationRow, ConsultationStepRow
from publicity.release.redaction.tables import DraftRow, RedactionDecisionRow, RedactionRow
from publicity.release.states import Step, Taken
from publicity.release.tables import Release, ReleaseStep
from registry.kernel.work import WorkSession


class _Source(NamedTuple):
    """Rows of hands, and the columns that say of which release, in which step, whose and for whom."""

    rows: Select[Any]
    release: Any
    step: Any
    actor: Any
    behalf: Any


def of(session: WorkSession, releases: Collection[int]) -> Mapping[int, Sequence[Taken]]:
    """Every hand in the releases (row ids), of every round."""
    found: dict[int, list[Taken]] = {release: [] for release in releases}
    for source in _sources():
        for release, *hand in session.execute(source.rows.where(source.release.in_(releases))):
            found[release].append(Taken(*hand))
    return found


def barred(taken: Sequence[Taken], step: str) -> frozenset[str]:
    """Who had a hand in another step, and may not take this one (see states.may_take)."""
    others = [hand for hand in taken if hand.step != step]
    return frozenset(one for hand in others for one in (hand.actor, hand.behalf) if one is not None)


def is_elsewhere(step: Step, persons: Set[str]) -> ColumnElement[bool]:
    """The condition that any of the persons had a hand in another step of a release."""
    return or_(
        *(
            source.rows.where(
                source.release == Release.id,
                source.step != step.name,
                source.actor.in_(persons) | source.behalf.in_(persons),
            ).exists()
            for source in _sources()
        )
    )


def _sources() -> list[_Source]:
    later = aliased(DraftRow)
    last = select(func.max(later.number)).where(later.release_id == DraftRow.release_id).scalar_subquery()
    steps = _source(
        ReleaseStep.release_id,
        # Whoever corrects the record words what is proposed, and may go on to propose it.
        case((ReleaseStep.step == "redraft", "propose"), else_=ReleaseStep.step),
        ReleaseStep.actor,
        ReleaseStep.behalf,
    )
    covered = _source(
        DraftRow.release_id,
        literal("secrecy_review"),
        RedactionDecisionRow.actor,
        RedactionDecisionRow.behalf,
    )
    asked = _source(
        ConsultationRow.release_id,
        literal("secrecy_review"),
        ConsultationRow.asked_by,
        ConsultationRow.behalf,
    )
    heard = _source(
        ConsultationRow.release_id,
        case((ConsultationStepRow.step == "decided", "approve"), else_="secrecy_review"),
        ConsultationStepRow.actor,
        ConsultationStepRow.behalf,
    )
    decisions = covered.rows.join_from(DraftRow, RedactionRow).join(RedactionDecisionRow)
    return [
        steps,
        covered._replace(rows=decisions.where(DraftRow.number == last)),
        asked,
        heard._replace(rows=heard.rows.join_from(ConsultationRow, ConsultationStepRow)),
    ]


def _source(*columns: Any) -> _Source:
    return _Source(select(*columns), *columns)
