"""Use cases of a list: clerks prepare its next version entry by entry or from a file, and somebody else publishes it.

权责清单、标准目录 are kept up to date as law and duties change (沪司办〔2021〕2号 一(三)、(五)). What is published goes into the public
log, so that the day of its publication can be proved; it never takes effect before that day.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from publicity.catalogue import find, schema
from publicity.catalogue.schema import MOST_ENTRIES, SCHEMAS, Entry
from publicity.catalogue.tables import CatalogueDraftRow, CatalogueVersionRow
from registry.kernel.access import Actor, Permission
from registry.kernel.canon import canonical
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession
from registry.ledger import book

READ, PREPARE, PUBLISH = "catalogue.read", "catalogue.prepare", "catalogue.publish"
PERMISSIONS = (
    Permission(READ, "查看清单和目录的拟稿", frozenset({"clerk", "head", "leader", "auditor"})),
    Permission(PREPARE, "拟定清单和目录", frozenset({"clerk"})),
    Permission(PUBLISH, "公布清单和目录", frozenset({"head", "leader"})),
)
ACTS: Mapping[str, str] = {
    "catalogue.begin": "开始修订清单",
    "catalogue.change": "修改清单的拟稿",
    "catalogue.submit": "提交清单公布",
    "catalogue.discard": "放弃清单的拟稿",
    "catalogue.publish": "公布清单",
}
LONGEST_REASON = 1_000

Answers = Callable[[str], bool]
"""Whether an address of this site leads to a public page; the web knows its routes."""


def begin(session: WorkSession, actor: Actor, *, listing: str) -> str:
    """The draft of a list's next version, made from its latest one where there is none yet; its public id.

    Raises NotFound for an unknown list, Conflict if somebody begins at the same moment. The act is `catalogue.begin`.
    """
    actor.require(PREPARE)
    return _waiting_or_new(session, actor, listing).public_id


def put(
    session: WorkSession,
    actor: Actor,
    *,
    draft: str,
    revision: int,
    entry: Mapping[str, str],
    replacing: str | None = None,
) -> None:
    """Adds an entry, or puts it in the place of the one whose code is `replacing`.

    Raises Invalid by field, Conflict for another revision than the draft's. The act is `catalogue.change`.
    """
    actor.require(PREPARE)
    row = _locked(session, draft, revision)
    wanted = SCHEMAS[row.listing]
    new = schema.cleaned(wanted, entry)
    faults = schema.faults(wanted, new)
    taken = {one["code"] for one in row.entries} - {replacing}
    if new["code"] in taken:
        faults.append(FieldFault("code", "repeated-code", f"编码 {new['code']} 已有"))
    if replacing is not None and new["code"] != replacing and not faults:
        faults.append(FieldFault("code", "code-stays", "编码不能改；事项变了，请移出原来的、另加一项"))
    if len(taken) >= MOST_ENTRIES:
        faults.append(FieldFault("", "too-many", f"一个清单不超过 {MOST_ENTRIES} 项"))
    if faults:
        raise Invalid("填写有误", faults)
    if replacing is not None and all(one["code"] != replacing for one in row.entries):
        raise NotFound("拟稿中没有这一项")
    _store(session, actor, row, [*(one for one in row.entries if one["code"] != new["code"]), new])


def remove(session: WorkSession, actor: Actor, *, draft: str, revision: int, code: str) -> None:
    """Takes an entry out of the next version. Raises NotFound. The act is `catalogue.change`."""
    actor.require(PREPARE)
    row = _locked(session, draft, revision)
    left = [one for one in row.entries if one["code"] != code]
    if len(left) == len(row.entries):
        raise NotFound("拟稿中没有这一项")
    _store(session, actor, row, left)


@dataclass(frozen=True)
class Taken:
    """What became of the rows of a file, by code."""

    new: frozenset[str]
    changed: frozenset[str]
    same: frozenset[str]
    unknown: frozenset[str]


def take(
    session: WorkSession,
    actor: Actor,
    *,
    listing: str,
    entries: Iterable[Entry],
    removed: Iterable[str] = (),
) -> Taken:
    """Rows of a file into the draft of a list, which is begun where there is none: `entries` (valid, each code once) are
    added or replace those of the same code, the codes `removed` leave; others stay. `unknown` could not be removed.

    Raises Invalid `too-many`. The act is `catalogue.change`; nothing is written where nothing changes.
    """
    actor.require(PREPARE)
    given = list(entries)
    waiting = _waiting(session, listing)
    base = waiting.entries if waiting is not None else _latest_entries(session, listing)
    held = {one["code"]: one for one in base}
    gone = set(removed)
    new = {one["code"] for one in given if one["code"] not in held}
    same = {one["code"] for one in given if held.get(one["code"]) == one}
    after = {**held, **{one["code"]: dict(one) for one in given}}
    kept = [one for code, one in after.items() if code not in gone]
    if len(kept) > MOST_ENTRIES:
        raise Invalid(f"一个清单不超过 {MOST_ENTRIES} 项", rule="too-many")
    changed = ({one["code"] for one in given} - new - same) | (gone & held.keys())
    if new or changed:
        row = waiting or _waiting_or_new(session, actor, listing)
        _store(session, actor, row, kept)
    return Taken(frozenset(new), frozenset(changed), frozenset(same), frozenset(gone - held.keys()))


def submit(
    session: WorkSession,
    actor: Actor,
    *,
    draft: str,
    revision: int,
    effective_on: date,
    reason: str,
    answers: Answers,
) -> None:
    """Says that the draft is ready for whoever publishes it, from which day it shall hold and why the list changes.

    Every entry is checked again, beside the others and the other lists, and every address of this site with `answers`.
    Raises Invalid by field; the path of an entry's fault is its code. The act is `catalogue.submit`.
    """
    actor.require(PREPARE)
    row = _locked(session, draft, revision)
    faults = _day_faults(session, row.listing, effective_on)
    if not reason.strip():
        faults.append(FieldFault("reason", "required", "请写明这一版为何变更，将随清单公布"))
    elif len(reason.strip()) > LONGEST_REASON:
        faults.append(FieldFault("reason", "too-long", f"不超过 {LONGEST_REASON} 字"))
    if row.entries == _latest_entries(session, row.listing):
        faults.append(FieldFault("", "unchanged", "与最近公布的版本一样，没有可以公布的变更"))
    faults += _content_faults(session, row, answers)
    if faults:
        raise Invalid("清单还不能提交", faults)
    row.state, row.effective_on, row.reason = "ready", effective_on, reason.strip()
    row.ready_on, row.changed_at = session.today, session.now
    row.authors = _with(row.authors, actor)
    row.revision += 1
    session.act("catalogue.submit", row.public_id, list=row.listing)


def discard(session: WorkSession, actor: Actor, *, draft: str) -> None:
    """Gives the draft up. Raises NotFound, Conflict once it was decided. The act is `catalogue.discard`."""
    actor.require(PREPARE)
    row = _row(session, draft)
    row.state, row.decided_at, row.decided_by = "discarded", session.now, actor.id
    session.act("catalogue.discard", row.public_id, list=row.listing)


def publish(session: WorkSession, actor: Actor, *, draft: str, revision: int, answers: Answers) -> int:
    """Publishes what was prepared as the list's next version, and into the public log; its number.

    Raises Refused (`four_eyes`) for anybody who had a hand in it, Conflict when it is not ready, was changed since it was
    read or is published already, Invalid when its day has passed meanwhile. The act is `catalogue.publish`.
    """
    actor.require(PUBLISH)
    row = _locked(session, draft, revision)
    if row.state != "ready" or row.effective_on is None:
        raise Conflict("拟稿还没有提交公布", rule="not_ready")
    if actor.kind == "staff" and actor.id in row.authors:
        raise Refused("须由没有参与拟稿的人公布", rule="four_eyes")
    faults = [*_day_faults(session, row.listing, row.effective_on), *_content_faults(session, row, answers)]
    if faults:
        raise Invalid("清单须重新核对后提交", faults)
    number = (_latest_number(session, row.listing) or 0) + 1
    content = find.document(row.listing, number, row.effective_on, row.reason, row.entries)
    digest = hashlib.sha256(canonical(content)).hexdigest()
    version = CatalogueVersionRow(
        public_id=session.new_id(),
        listing=row.listing,
        number=number,
        valid_from=row.effective_on,
        published_at=session.now,
        published_by=actor.id,
        reason=row.reason,
        size=len(row.entries),
        sha256=digest,
        entries=row.entries,
    )
    session.add(version)
    row.state, row.decided_at, row.decided_by = "published", session.now, actor.id
    try:
        session.flush()
    except IntegrityError as published_meanwhile:
        raise Conflict("这个清单刚有新版本公布", rule="published-twice") from published_meanwhile
    session.act("catalogue.publish", version.public_id, list=row.listing, version=number)
    body = {"list": row.listing, "version": number, "sha256": digest}
    [version.log_index] = book.append(session, "public", [book.Entry("other", version.public_id, 1, body)])
    return number


def _waiting_or_new(session: WorkSession, actor: Actor, listing: str) -> CatalogueDraftRow:
    if listing not in SCHEMAS:
        raise NotFound("没有这个清单")
    if (waiting := _waiting(session, listing)) is not None:
        return waiting
    row = CatalogueDraftRow(
        public_id=session.new_id(),
        listing=listing,
        state="open",
        revision=1,
        authors=_with([], actor),
        entries=_latest_entries(session, listing),
        reason="",
        begun_at=session.now,
        changed_at=session.now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as begun_meanwhile:
        raise Conflict("刚有人开始修订这个清单", rule="begun") from begun_meanwhile
    session.act("catalogue.begin", row.public_id, list=listing)
    return row


def _waiting(session: WorkSession, listing: str) -> CatalogueDraftRow | None:
    return session.scalar(
        select(CatalogueDraftRow)
        .where(CatalogueDraftRow.listing == listing, CatalogueDraftRow.state.in_(("open", "ready")))
        .with_for_update()
    )


def _latest_entries(session: WorkSession, listing: str) -> list[dict[str, str]]:
    """The latest version's, with the fields that the schema has today."""
    wanted = SCHEMAS[listing]
    entries = session.scalar(
        select(CatalogueVersionRow.entries)
        .where(CatalogueVersionRow.listing == listing)
        .order_by(CatalogueVersionRow.number.desc())
        .limit(1)
    )
    return [schema.cleaned(wanted, one) for one in entries or ()]


def _latest_number(session: WorkSession, listing: str) -> int | None:
    return session.scalar(
        select(func.max(CatalogueVersionRow.number)).where(CatalogueVersionRow.listing == listing)
    )


def _row(session: WorkSession, draft: str) -> CatalogueDraftRow:
    row = session.scalar(
        select(CatalogueDraftRow).where(CatalogueDraftRow.public_id == draft).with_for_update()
    )
    if row is None:
        raise NotFound("没有这份拟稿")
    if row.state not in ("open", "ready"):
        raise Conflict("这份拟稿已公布或已放弃", rule="decided")
    return row


def _locked(session: WorkSession, draft: str, revision: int) -> CatalogueDraftRow:
    row = _row(session, draft)
    if row.revision != revision:
        raise Conflict("拟稿刚被改动，请看过最新内容后再办理", rule="changed")
    return row


def _store(
    session: WorkSession, actor: Actor, row: CatalogueDraftRow, entries: Sequence[Mapping[str, str]]
) -> None:
    """A change takes the draft back from whoever was to publish it."""
    row.entries = sorted((dict(one) for one in entries), key=lambda one: one["code"])
    row.state, row.effective_on = "open", None
    row.authors = _with(row.authors, actor)
    row.revision += 1
    row.changed_at = session.now
    session.act("catalogue.change", row.public_id, list=row.listing, entries=len(row.entries))


def _with(authors: Sequence[str], actor: Actor) -> list[str]:
    return sorted({*authors, actor.id})


def _day_faults(session: WorkSession, listing: str, effective_on: date) -> list[FieldFault]:
    if effective_on < session.today:
        return [FieldFault("effective_on", "backdated", "施行日期不得早于公布之日")]
    latest = session.scalar(
        select(func.max(CatalogueVersionRow.valid_from)).where(CatalogueVersionRow.listing == listing)
    )
    if latest is not None and latest >= effective_on:
        return [FieldFault("effective_on", "valid_from", f"施行日期须晚于上一版的施行日期 {latest}")]
    return []


def _content_faults(session: WorkSession, row: CatalogueDraftRow, answers: Answers) -> list[FieldFault]:
    wanted = SCHEMAS[row.listing]
    if not row.entries:
        return [FieldFault("", "empty", "清单还没有内容")]
    faults: list[FieldFault] = []
    links = [column.field for column in wanted.columns if column.form == "link"]
    for entry in row.entries:
        faults += [
            FieldFault(entry["code"], fault.rule, f"{entry['code']}：{fault.message}")
            for fault in schema.faults(wanted, entry)
        ]
        faults += [
            FieldFault(entry["code"], "dead-link", f"{entry['code']}：本站没有 {entry[field]} 这个公开页面")
            for field in links
            if entry[field] and not answers(entry[field])
        ]
    others = {column.of for column in wanted.columns if column.form == "ref"}
    known = {listing: find.codes(session, listing) for listing in others}
    return [*faults, *schema.faults_between(wanted, row.entries, known)]
