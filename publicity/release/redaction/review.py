"""The secrecy reviewer decides on each proposal, adds what the rules did not find, and has older drafts looked through."""

from collections.abc import Mapping
from typing import NamedTuple

from publicity.release import decide, draft, states
from publicity.release.redaction import keep
from publicity.release.redaction.propose import Span
from publicity.release.redaction.tables import DraftRow, RedactionDecisionRow, RedactionRow
from publicity.release.redaction.texts import texts_of
from publicity.release.redaction.words import KINDS
from publicity.release.tables import Release
from registry.credit import find as events
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid
from registry.kernel.work import WorkSession

LONGEST = 500
REASON = "pub_release_redaction_decisions.reason"


class Answer(NamedTuple):
    """Whether a proposal is covered; `reason` says why it is not, or why it is."""

    covered: bool
    reason: str = ""


def answer(
    session: WorkSession, actor: Actor, *, release: str, revision: int, answers: Mapping[int, Answer]
) -> Release:
    """Decides on proposals, by their ids. One that is neither covered nor has a reason to be shown is left open.

    Raises Invalid naming `reason.<id>` for what no ground lets be public or what is not of this draft, Conflict
    (`out_of_turn`, `changed`), Refused, NotFound. The act is `release.redact`.
    """
    row, version, behalf = _reviewing(session, actor, release, revision)
    by_id = {one.id: one for one in version.redactions}
    faults = []
    for number, given in answers.items():
        reason = given.reason.strip()
        if number not in by_id:
            faults.append(FieldFault(f"reason.{number}", "unknown", "页面已过期，请刷新后重试"))
        elif len(reason) > LONGEST:
            faults.append(FieldFault(f"reason.{number}", "too_long", f"理由不超过 {LONGEST} 字"))
        elif not given.covered and reason and KINDS[by_id[number].kind].always:
            title = KINDS[by_id[number].kind].title
            faults.append(FieldFault(f"reason.{number}", "always", f"{title}不得公开，只能遮盖"))
        elif not given.covered and not reason and keep.decided(by_id[number]):
            faults.append(FieldFault(f"reason.{number}", "required", "不再遮盖的，请写明理由"))
    if faults:
        raise Invalid("遮盖意见填写有误，请更正后重新提交", faults)
    changed = [
        _decide(session, actor, by_id[number], given, behalf)
        for number, given in answers.items()
        if given.covered or given.reason.strip()
    ]
    _settle(session, row, version)
    covered = sum(one.decisions[-1].covered for one in changed)
    session.act("release.redact", row.public_id, covered=covered, shown=len(changed) - covered)
    return row


def add(
    session: WorkSession,
    actor: Actor,
    *,
    release: str,
    revision: int,
    path: str,
    words: str,
    kind: str,
    reason: str = "",
) -> Release:
    """Covers `words` wherever they stand in the text at `path`, decided at once by whoever adds them.

    Raises Invalid (`where`, `words`, `kind`, `why`), Conflict, Refused, NotFound. The act is `release.redact.add`.
    """
    row, version, behalf = _reviewing(session, actor, release, revision)
    text = texts_of(row.kind, keep.said(session, row)).get(path)
    words, reason = words.strip(), reason.strip()
    faults = []
    if text is None:
        faults.append(FieldFault("where", "required", "请选择内容所在的栏目"))
    if kind not in KINDS:
        faults.append(FieldFault("kind", "required", "请选择遮盖的种类"))
    if not words or (text is not None and words not in text):
        faults.append(FieldFault("words", "not_there", "请照原文填写要遮盖的文字，该栏目中没有找到"))
    if not reason or len(reason) > LONGEST:
        faults.append(FieldFault("why", "required", f"请写明遮盖的理由，不超过 {LONGEST} 字"))
    if faults or text is None:
        raise Invalid("补充遮盖填写有误，请更正后重新提交", faults)
    taken = [(one.begins, one.ends) for one in version.redactions if one.path == path]
    begin, added = text.find(words), 0
    while begin >= 0:
        end = begin + len(words)
        if all(end <= begins or ends <= begin for begins, ends in taken):
            made = keep.redaction(session, path, text, Span(begin, end, kind), added_by=actor.id)
            version.redactions.append(made)
            _decide(session, actor, made, Answer(covered=True, reason=reason), behalf)
            added += 1
        begin = text.find(words, end)
    if not added:
        raise Invalid.field("words", "covered", "这些文字已经在遮盖建议中，请在上面确认")
    _settle(session, row, version)
    session.act("release.redact.add", row.public_id, path=path, kind=kind, places=added)
    return row


def look(session: WorkSession, actor: Actor, *, release: str, revision: int) -> Release:
    """Looks through a draft from before versions were kept. Raises Conflict (`looked`), Refused, NotFound."""
    row = decide.locked(session, release, revision=revision)
    _require_reviewer(session, actor, row)
    if keep.latest(session, row) is not None:
        raise Conflict("本件已经查找过应遮盖的内容", rule="looked")
    event = events.event(session, session.get_one(EventRow, row.event_id).public_id)
    draft.keep_as(session, row, event, cause="look")
    row.revision += 1
    session.act("release.redact.look", row.public_id)
    return row


def _reviewing(
    session: WorkSession, actor: Actor, release: str, revision: int
) -> tuple[Release, DraftRow, str | None]:
    row = decide.locked(session, release, revision=revision)
    behalf = _require_reviewer(session, actor, row)
    version = keep.latest(session, row)
    if version is None:
        raise Conflict("本件尚未查找应遮盖的内容，请先查找", rule="not_looked")
    return row, version, behalf


def _require_reviewer(session: WorkSession, actor: Actor, row: Release) -> str | None:
    """Whoever may take the secrecy review of this release now, and nobody else, not even later; gives for whom they act."""
    acting = decide.who(session, actor, row, "secrecy_review")
    states.advance(row.state, "secrecy_review", **acting)
    return states.on_behalf(states.step_named("secrecy_review"), **acting)


def _decide(
    session: WorkSession, actor: Actor, one: RedactionRow, given: Answer, behalf: str | None
) -> RedactionRow:
    reason = given.reason.strip()
    one.decisions.append(
        RedactionDecisionRow(
            covered=given.covered,
            reason=session.keys.encrypt(reason, REASON) if reason else None,
            actor=actor.id,
            behalf=behalf,
            at=session.now,
        )
    )
    return one


def _settle(session: WorkSession, row: Release, version: DraftRow) -> None:
    keep.show(session, row, keep.said(session, row), version)
    row.revision += 1
