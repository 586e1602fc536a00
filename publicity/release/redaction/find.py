"""Reads what is proposed to be covered: for the secrecy reviewer with the words, for everybody else how many of which kind."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from publicity.release.redaction import keep
from publicity.release.redaction.propose import mask
from publicity.release.redaction.review import REASON
from publicity.release.redaction.tables import DraftRow, RedactionRow
from publicity.release.redaction.texts import written
from publicity.release.redaction.words import KINDS
from publicity.release.tables import Release
from registry.kernel.work import WorkSession


class Proposal(NamedTuple):
    """`place` counts from 1 on the page; `decided`: covered, shown, or None while it is open."""

    id: int
    place: int
    words: str
    mask: str
    kind_title: str
    ground: str
    always: bool
    decided: bool | None
    reason: str
    added: bool


class Piece(NamedTuple):
    text: str
    proposal: Proposal | None


class Passage(NamedTuple):
    """A text of the draft in pieces; `path` as redaction.texts has it."""

    path: str
    pieces: Sequence[Piece]

    @property
    def proposals(self) -> list[Proposal]:
        return [piece.proposal for piece in self.pieces if piece.proposal]


@dataclass(frozen=True)
class ForReview:
    """The draft as the secrecy reviewer reads it. `looked`: whether the rules have looked through it at all."""

    looked: bool
    passages: Sequence[Passage]

    @property
    def left(self) -> int:
        return sum(one.decided is None for passage in self.passages for one in passage.proposals)

    @property
    def proposed(self) -> list[Proposal]:
        return [one for passage in self.passages for one in passage.proposals]


def for_review(session: WorkSession, release: str) -> ForReview:
    """With the words as they came: for whoever may take the secrecy review of this release now, and nobody else."""
    row = session.scalars(select(Release).where(Release.public_id == release)).one()
    version = keep.latest(session, row)
    if version is None:
        return ForReview(looked=False, passages=[])
    texts = keep.texts_at(session, version)
    place, passages = 0, []
    for path, text in texts.items():
        if not written(row.kind, path):
            continue
        pieces, at = [], 0
        for one in sorted(
            (one for one in version.redactions if one.path == path), key=lambda one: one.begins
        ):
            place += 1
            pieces += [
                Piece(text[at : one.begins], None),
                Piece(text[one.begins : one.ends], _proposal(session, one, text, place)),
            ]
            at = one.ends
        passages.append(Passage(path, [*pieces, Piece(text[at:], None)]))
    return ForReview(looked=True, passages=passages)


def summary(session: WorkSession, release: str) -> Mapping[str, int]:
    """How much is covered, by the kind's title; the words are in nobody's reach."""
    row = session.scalars(select(Release).where(Release.public_id == release)).one()
    version = keep.latest(session, row)
    covered = version.redactions if version else []
    return Counter(KINDS[one.kind].title for one in covered if keep.decided(one) is not False)


def undecided(session: WorkSession, releases: Sequence[int]) -> dict[int, int]:
    """How many proposals of each release (row ids) are open, those without any left out."""
    found: Counter[int] = Counter()
    last: dict[int, DraftRow] = {}
    for version in session.scalars(
        select(DraftRow).where(DraftRow.release_id.in_(releases)).order_by(DraftRow.number)
    ):
        last[version.release_id] = version
    for release, version in last.items():
        found[release] = sum(keep.decided(one) is None for one in version.redactions)
    return {release: count for release, count in found.items() if count}


def _proposal(session: WorkSession, one: RedactionRow, text: str, place: int) -> Proposal:
    words, kind = text[one.begins : one.ends], KINDS[one.kind]
    last = one.decisions[-1] if one.decisions else None
    return Proposal(
        id=one.id,
        place=place,
        words=words,
        mask=mask(words, one.kind),
        kind_title=kind.title,
        ground=kind.ground,
        always=kind.always,
        decided=last.covered if last else None,
        reason=session.keys.decrypt(last.reason, REASON) if last and last.reason else "",
        added=one.added_by is not None,
    )
