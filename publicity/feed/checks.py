"""What the platforms would refuse, said before anything is public: a draft is read as each channel would send it, and held to
the rules of that channel's layout (registry.credit.checks). What blocks is refused at 提出 and at 审核.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from publicity.feed import projection, rows
from publicity.feed.channel_tables import ChannelRow
from publicity.notices import publish
from publicity.notices.content import public_body
from publicity.notices.tables import Notice
from publicity.release import draft
from publicity.release.tables import Release
from registry.credit.checks import Kind
from registry.credit.columns import FIELDS, RESTRICTED
from registry.credit.layouts import PENALTY_2018, PERMIT_2018
from registry.credit.standard import missing_for_platform, read_row
from registry.kernel.faults import FieldFault, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.roster.layout import Layout

STEPS = frozenset({"release.propose", "release.approve"})
"""The acts that a blocking fault refuses."""
_NO_REGION = "000000"
_WHOLE: Mapping[str, Layout] = {"permit": PERMIT_2018[0], "penalty": PENALTY_2018[0]}
_ABSENT = frozenset({"required", "required-if", "required-person", "subject-code-missing"})


@dataclass(frozen=True)
class Way:
    """What of a record one channel sends, and on which sheet. `whole`: every column of the standard under its code."""

    name: str
    standard: str
    columns: Sequence[str]
    entitled: bool
    whole: bool = False


@dataclass(frozen=True)
class Announced:
    """A fault that a platform would find. `rule` is a stable English name; `channels` are those that would be refused."""

    code: str
    rule: str
    message: str
    channels: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return FIELDS[self.code].spoken

    @property
    def blocks(self) -> bool:
        named = _policy()["warns"].get(self.rule, ())
        return not ("*" in named or self.code.partition("_")[2] in named)

    @property
    def todo(self) -> str:
        words: Mapping[str, str] = _policy()["todo"]
        return words.get(self.rule) or words["*"]


def of_release(session: WorkSession, public_id: str) -> list[Announced]:
    """What would be refused of a release that is not public yet, what blocks first. Empty where no platform is told of its
    kind, and once it is public. Raises NotFound."""
    row = session.scalar(select(Release).where(Release.public_id == public_id))
    if row is None:
        raise NotFound("没有这件公开流程")
    if row.columns is None or row.subject is None:
        return []
    body = public_body(
        kind=row.kind,
        title=row.title or "",
        subject=row.subject,
        columns=row.columns,
        detail={},
        decided_on=row.decided_on,
        until=row.until,
    )
    restricted = {"columns": draft.restricted_of(session, row)}
    return announced(session, body, restricted)


def of_notice(session: WorkSession, notice: str, *, channel: str) -> list[Announced]:
    """What a channel (public id) would be refused of a current notice as it reads now; empty once it has ended."""
    row = session.scalar(select(Notice).where(Notice.public_id == notice, Notice.state == "current"))
    if row is None:
        return []
    body, restricted = publish.contents(session, row)
    return announced(session, body, restricted, channel=channel)


def announced(
    session: WorkSession,
    body: Mapping[str, Any],
    restricted: Mapping[str, Any] | None,
    *,
    channel: str | None = None,
) -> list[Announced]:
    """What the configured channels, or one of them, would be refused of a public record; each fault once, with its channels."""
    found: dict[Announced, list[str]] = {}
    for way in _ways(session, str(body["kind"]), channel):
        for fault in faults(way, body, restricted, on=session.today):
            found.setdefault(fault, []).append(way.name)
    listed = [Announced(one.code, one.rule, one.message, tuple(names)) for one, names in found.items()]
    return sorted(listed, key=lambda one: not one.blocks)


def faults(
    way: Way, body: Mapping[str, Any], restricted: Mapping[str, Any] | None, *, on: Any
) -> Iterator[Announced]:
    """What a platform would refuse of a record that is sent this way on a day. Pure."""
    kind: Kind = "permit" if body["kind"] == "permit" else "penalty"
    content = projection.content(body, restricted, columns=way.columns, entitled=way.entitled)
    layout = _WHOLE[kind] if way.whole else rows.sheet(way.standard, kind, person=rows.of_person(content))
    cells = (
        content["columns"]
        if way.whole
        else rows.cells(kind, content, standard=way.standard, region=_NO_REGION)
    )
    read = read_row(layout, cells, sent_on=on)
    there = {column.field for column in layout.columns}
    wanted = missing_for_platform(kind, {**read.columns, **read.restricted}) if "2018" in layout.name else ()
    told = {code for code, *_ in read.faults}
    absent = ((code, "required", "平台要求的项目为空") for code in wanted if code not in told)
    held = {**(restricted or {}).get("columns", {}), **body.get("columns", {})}
    for code, rule, message in (*read.faults, *read.warnings, *absent):
        if code in there:
            yield Announced(code, *_why(way, code, rule, message, held))


def close(session: WorkSession) -> None:
    """The closing step of every write: no release is proposed or approved that a platform would refuse for what blocks.

    Raises Invalid naming `columns.<code>`.
    """
    for act in session.acts:
        if act.verb in STEPS and (blocking := [one for one in of_release(session, act.record) if one.blocks]):
            raise Invalid(
                "信用平台会退回本件，请先更正",
                [
                    FieldFault(f"columns.{one.code}", one.rule, f"{one.title}：{one.message}。{one.todo}")
                    for one in blocking
                ],
                rule="platform",
            )


def _why(way: Way, code: str, rule: str, message: str, held: Mapping[str, str]) -> tuple[str, str]:
    """The rule and message, or why the channel does not send what we have."""
    if rule in _ABSENT and not way.entitled and code in RESTRICTED:
        return "not-entitled", "平台要求证件号码，该渠道未获授权"
    if rule in _ABSENT and held.get(code) and code not in way.columns:
        return "not-sent", "平台要求此项，渠道不发送"
    return rule, message


def _ways(session: WorkSession, kind: str, channel: str | None) -> list[Way]:
    found = select(ChannelRow).order_by(ChannelRow.id)
    channels = session.scalars(found.where(ChannelRow.public_id == channel) if channel else found).all()
    return [
        Way(row.name, row.layout, row.columns, row.entitled, whole=row.kind == "json")
        for row in channels
        if kind in rows.KINDS and kind in row.kinds
    ]


@cache
def _policy() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("checks.toml").read_text(encoding="utf-8"))
