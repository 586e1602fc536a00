"""Keeps each version of a draft: its words sealed, what is proposed to be covered, and what of it anybody may read.

The release itself holds only the covered words, from its first moment: a proposal that nobody has decided is covered.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from publicity.release import allowed
from publicity.release.redaction import parties
from publicity.release.redaction.propose import Span, masked, propose
from publicity.release.redaction.tables import DraftRow, RedactionDecisionRow, RedactionRow
from publicity.release.redaction.texts import Said, everything, replaced, texts_of, written
from publicity.release.tables import Release
from registry.credit.find import Event
from registry.credit.sealing import opened, seal
from registry.kernel.faults import Conflict
from registry.kernel.work import WorkSession

_DIGEST = "pub_release_redactions.digest"


class Around(NamedTuple):
    """Names around a case, as `propose` takes them."""

    known: set[str]
    public: set[str]


def around(session: WorkSession, event: Event) -> Around:
    return Around(parties.third_persons(session, event), parties.shown_anyway(session, event))


def keep(session: WorkSession, row: Release, said: Said, near: Around, *, cause: str) -> None:
    """Adds the next version of the draft, and puts what may be read of it into the release.

    What was decided about a text that did not change stays decided.
    """
    before = latest(session, row)
    texts, was = texts_of(row.kind, said), texts_at(session, before)
    version = DraftRow(
        release=row,
        number=before.number + 1 if before else 1,
        cause=cause,
        made_by=session.actor.id,
        made_at=session.now,
        texts=seal(session, everything(said), _context(row)),
    )
    for path, text in texts.items():
        if before is not None and was.get(path) == text:
            version.redactions += [_again(old) for old in before.redactions if old.path == path]
        else:
            spans = propose(text, today=session.today, known=near.known, public=near.public)
            version.redactions += [redaction(session, path, text, span) for span in spans]
    session.add(version)
    show(session, row, said, version)


def redaction(
    session: WorkSession, path: str, text: str, span: Span, *, added_by: str | None = None
) -> RedactionRow:
    """The row of a span of the text at `path`."""
    return RedactionRow(
        path=path,
        begins=span.begin,
        ends=span.end,
        kind=span.kind,
        digest=session.keys.blind(text[span.begin : span.end], _DIGEST),
        added_by=added_by,
        decisions=[],
    )


def show(session: WorkSession, row: Release, said: Said, version: DraftRow) -> None:
    """Puts into the release what may be read of `said`, as its redactions stand now."""
    texts = texts_of(row.kind, said)
    covered = {path: masked(text, spans(version, path)) for path, text in texts.items()}
    row.title, columns, detail = replaced(said, covered)
    row.title = allowed.without_numbers(row.title)
    row.columns = allowed.public_columns(row.kind, columns)
    row.detail = allowed.public_detail(row.kind, detail)


def readable(session: WorkSession, version: DraftRow) -> dict[str, str]:
    """Every text of a version as it may be read, by path; empty once its words are gone."""
    kind = version.release.kind
    found = {}
    for path, text in texts_at(session, version).items():
        part, _, name = path.partition(".")
        if written(kind, path):
            found[path] = allowed.without_numbers(masked(text, spans(version, path)))
        elif part == "columns":
            found[path] = allowed.public_columns(kind, {name: text}).get(name, "")
        else:
            found[path] = allowed.without_numbers(text)
    return found


def spans(version: DraftRow, path: str) -> list[Span]:
    """What is covered of the text at `path`: everything that was not shown for a reason."""
    return sorted(
        Span(one.begins, one.ends, one.kind)
        for one in version.redactions
        if one.path == path and decided(one) is not False
    )


def decided(one: RedactionRow) -> bool | None:
    """Covered, shown, or None while nobody has decided."""
    return one.decisions[-1].covered if one.decisions else None


def latest(session: WorkSession, row: Release) -> DraftRow | None:
    """The present version of the draft, None for a release from before versions were kept."""
    if row.id is None:
        return None
    found = select(DraftRow).where(DraftRow.release_id == row.id).order_by(DraftRow.number.desc())
    return session.scalars(found.limit(1)).first()


def versions(session: WorkSession, row: Release) -> Sequence[DraftRow]:
    """Every version, the first first."""
    return session.scalars(
        select(DraftRow).where(DraftRow.release_id == row.id).order_by(DraftRow.number)
    ).all()


def texts_at(session: WorkSession, version: DraftRow | None) -> dict[str, str]:
    """The words of a version as they came; empty once they are gone."""
    if version is None or version.texts is None:
        return {}
    return opened(session, version.texts, _context(version.release))


def said(session: WorkSession, row: Release) -> Said:
    """What the draft says with nothing covered, as its present version came."""
    read = Said(row.title or "", row.columns or {}, row.detail or {})
    return replaced(read, texts_at(session, latest(session, row)))


def forget(session: WorkSession, row: Release) -> None:
    """The words of every version go: on publication, when the ledger has what may be read, and when nothing will be."""
    for version in versions(session, row):
        version.texts = None


def require_decided(session: WorkSession, row: Release) -> None:
    """Raises Conflict (`redaction_open`, `not_looked`) while something is proposed that nobody has decided."""
    version = latest(session, row)
    if version is None:
        raise Conflict("本件尚未查找应遮盖的内容，请先查找", rule="not_looked")
    if left := Counter(decided(one) for one in version.redactions)[None]:
        raise Conflict(f"还有 {left} 处遮盖建议没有确认", rule="redaction_open")


def as_decided(session: WorkSession, row: Release, now: Said, near: Around) -> Said:
    """What may be read of a corrected record: proposed anew and covered, but for the words that the reviewer showed
    before at the same place, and with those that the reviewer added."""
    version = latest(session, row)
    past = version.redactions if version else []
    covered = {}
    for path, text in texts_of(row.kind, now).items():
        shown = {one.digest for one in past if one.path == path and decided(one) is False}
        found = [
            span
            for span in propose(text, today=session.today, known=near.known, public=near.public)
            if session.keys.blind(text[span.begin : span.end], _DIGEST) not in shown
        ]
        added = [one for one in past if one.path == path and one.added_by and decided(one)]
        found += [span for one in added for span in _places(session, text, one)]
        covered[path] = masked(text, _apart(found))
    return replaced(now, covered)


def _places(session: WorkSession, text: str, one: RedactionRow) -> list[Span]:
    """Where the words that were covered by hand stand in another text; only their digest and length are known."""
    length = one.ends - one.begins
    return [
        Span(begin, begin + length, one.kind)
        for begin in range(len(text) - length + 1)
        if session.keys.blind(text[begin : begin + length], _DIGEST) == one.digest
    ]


def _apart(found: Sequence[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(found):
        if not kept or kept[-1].end <= span.begin:
            kept.append(span)
    return kept


def _again(old: RedactionRow) -> RedactionRow:
    return RedactionRow(
        path=old.path,
        begins=old.begins,
        ends=old.ends,
        kind=old.kind,
        digest=old.digest,
        added_by=old.added_by,
        decisions=[
            RedactionDecisionRow(
                covered=one.covered, reason=one.reason, actor=one.actor, behalf=one.behalf, at=one.at
            )
            for one in old.decisions
        ],
    )


def _context(row: Release) -> str:
    return f"pub_release_drafts.texts:{row.public_id}"
