"""渠道: which platforms are told, how, and how much; and the hand on the tap. What was told to whom stays in the audit book."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.channels import KINDS
from publicity.feed.channels.channel import NOTICE_KINDS, Kind
from publicity.feed.states import QUESTIONED
from registry.accounts.tables import ClientRow
from registry.credit import catalogue
from registry.credit.columns import FIELDS, RESTRICTED, STANDARD
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.ledger import book

CONFIGURE, OPERATE, READ = "feed.configure", "feed.operate", "feed.watch"
COLUMNS = tuple(dict.fromkeys(column.code for kind in STANDARD.values() for column in kind))
"""Every column of the standard, the restricted ones among them."""
PUBLIC_COLUMNS = tuple(code for code in COLUMNS if code not in RESTRICTED)
_LONGEST_SETTING = 500


@dataclass(frozen=True)
class Wanted:
    """A channel as the form has it. `start`: `head` to tell from now on, `all` from the beginning."""

    name: str
    kind: str
    layout: str = "2018"
    settings: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""
    kinds: Sequence[str] = ("permit", "penalty")
    columns: Sequence[str] = PUBLIC_COLUMNS
    entitled: bool = False
    client: str = ""
    start: str = "all"


def add(session: WorkSession, actor: Actor, *, wanted: Wanted) -> ChannelRow:
    """A new channel, paused: it begins to tell when somebody opens it. Raises Invalid by field, Conflict (`name_taken`),
    Refused."""
    actor.require(CONFIGURE)
    faults = _faults(session, wanted, secret_known=False)
    if faults:
        raise Invalid("渠道的设置有误", faults)
    if session.scalar(select(ChannelRow.id).where(ChannelRow.name == wanted.name)) is not None:
        raise Conflict("已有同名的渠道", rule="name_taken")
    row = ChannelRow(
        public_id=session.new_id(),
        kind=wanted.kind,
        queued=0 if wanted.start == "all" else book.head(session, "public").size,
        added_at=session.now,
        paused_at=session.now,
    )
    _fill(session, row, wanted)
    session.add(row)
    session.flush()
    session.act("feed.channel.add", row.public_id, kind=row.kind, entitled=row.entitled, start=row.queued)
    return row


def change(session: WorkSession, actor: Actor, *, channel: str, wanted: Wanted) -> ChannelRow:
    """New settings of a channel; its kind stays, and so does its secret where none is given. Raises as `add`, NotFound."""
    actor.require(CONFIGURE)
    row = locked(session, channel)
    faults = _faults(session, wanted, secret_known=row.secret is not None)
    if wanted.kind != row.kind:
        faults.append(FieldFault("kind", "fixed", "渠道种类不能更改"))
    if faults:
        raise Invalid("渠道的设置有误", faults)
    taken = select(ChannelRow.id).where(ChannelRow.name == wanted.name, ChannelRow.id != row.id)
    if session.scalar(taken) is not None:
        raise Conflict("已有同名的渠道", rule="name_taken")
    _fill(session, row, wanted)
    session.act("feed.channel.change", row.public_id, entitled=row.entitled, columns=len(row.columns))
    return row


def pause(session: WorkSession, actor: Actor, *, channel: str) -> None:
    """Nothing more is begun on the channel; what is under way ends. Raises Conflict (`paused`), NotFound, Refused."""
    actor.require(OPERATE)
    row = locked(session, channel)
    if row.paused_at is not None:
        raise Conflict("渠道已经暂停", rule="paused")
    row.paused_at = session.now
    session.act("feed.channel.pause", channel)


def resume(session: WorkSession, actor: Actor, *, channel: str) -> None:
    """Raises Conflict (`going`), NotFound, Refused."""
    actor.require(OPERATE)
    row = locked(session, channel)
    if row.paused_at is None:
        raise Conflict("渠道没有暂停", rule="going")
    row.paused_at = None
    session.act("feed.channel.resume", channel)


def resend(session: WorkSession, actor: Actor, *, channel: str, position: int, reason: str) -> None:
    """Puts what was parked or rejected back into the queue, as it is: for when the platform has mended what was wrong
    there. Raises Invalid without a reason, Conflict (`not_questioned`), NotFound, Refused."""
    actor.require(OPERATE)
    if not reason.strip() or len(reason) > _LONGEST_SETTING:
        raise Invalid.field("reason", "required", "请写明重新发送的理由，不超过 500 字")
    row = session.scalar(
        select(DeliveryRow)
        .join(ChannelRow, ChannelRow.id == DeliveryRow.channel_id)
        .where(ChannelRow.public_id == channel, DeliveryRow.position == position)
        .with_for_update(of=DeliveryRow)
    )
    if row is None:
        raise NotFound("没有这条归集信息")
    if row.state not in QUESTIONED:
        raise Conflict("只有疑问数据和已搁置的信息可以重新发送", rule="not_questioned")
    if not row.doubt:
        # What they surely refused is sent anew; what may be there after all keeps its key.
        row.round += 1
    row.state, row.not_before, row.settled_at = "waiting", None, None
    row.reason = session.keys.encrypt(reason.strip(), f"pub_deliveries.reason:{row.id}")
    session.act("feed.resend", channel, position=position)


def locked(session: WorkSession, channel: str) -> ChannelRow:
    """The channel, held until the unit of work ends. Raises NotFound."""
    row = session.scalar(select(ChannelRow).where(ChannelRow.public_id == channel).with_for_update())
    if row is None:
        raise NotFound("没有这个渠道")
    return row


def title_of_column(code: str) -> str:
    """A column's Chinese name."""
    return FIELDS[code].title


def title_of_kind(kind: str) -> str:
    """A kind of notice in the office's words."""
    return catalogue.KINDS["inspection_finding" if kind == "finding" else kind].title


def _fill(session: WorkSession, row: ChannelRow, wanted: Wanted) -> None:
    kind = KINDS[wanted.kind]
    row.name, row.layout = wanted.name.strip(), wanted.layout
    row.settings = {one.name: wanted.settings.get(one.name, "").strip() for one in kind.settings}
    row.kinds = [name for name in NOTICE_KINDS if name in wanted.kinds]
    row.columns = [code for code in COLUMNS if code in wanted.columns]
    row.entitled, row.client = wanted.entitled, wanted.client or None
    if wanted.secret:
        row.secret = session.keys.encrypt(wanted.secret, f"pub_channels.secret:{row.public_id}")


def _faults(session: WorkSession, wanted: Wanted, *, secret_known: bool) -> list[FieldFault]:
    kind = KINDS.get(wanted.kind)
    if kind is None:
        return [FieldFault("kind", "unknown", "请选择渠道种类")]
    faults = []
    if not (1 <= len(wanted.name.strip()) <= 60 and wanted.name.isprintable()):
        faults.append(FieldFault("name", "name", "请填写名称，不超过 60 个字"))
    if wanted.layout not in kind.layouts:
        faults.append(FieldFault("layout", "unknown", "这种渠道没有这种标准"))
    if not set(wanted.kinds) or set(wanted.kinds) - set(kind.kinds):
        faults.append(FieldFault("kinds", "unknown", "请选择归集哪些种类的公示"))
    if set(wanted.columns) - set(COLUMNS):
        faults.append(FieldFault("columns", "unknown", "没有这种数据项"))
    private = [code for code in wanted.columns if code in RESTRICTED]
    if private and not wanted.entitled:
        faults.append(FieldFault("columns", "not_entitled", "证件号码只能给依法可以取得的平台"))
    if wanted.start not in ("all", "head"):
        faults.append(FieldFault("start", "unknown", "请选择从何时起归集"))
    if wanted.client and not _works(session, wanted.client):
        faults.append(FieldFault("client", "unknown", "没有这个接口客户端，或已撤销"))
    return [*faults, *_setting_faults(kind, wanted, secret_known=secret_known)]


def _setting_faults(kind: Kind, wanted: Wanted, *, secret_known: bool) -> list[FieldFault]:
    faults = []
    for one in kind.settings:
        text = wanted.settings.get(one.name, "").strip()
        message = one.check(text) if text else "请填写" + one.title if one.required else None
        if len(text) > _LONGEST_SETTING:
            message = f"不超过 {_LONGEST_SETTING} 个字"
        if message:
            faults.append(FieldFault(f"settings.{one.name}", "setting", message))
    if kind.secret:
        if not wanted.secret and not secret_known:
            faults.append(FieldFault("secret", "required", f"请填写{kind.secret}"))
        elif wanted.secret and (message := kind.check_secret(wanted.secret)):
            faults.append(FieldFault("secret", "setting", message))
    return faults


def _works(session: WorkSession, client: str) -> bool:
    known = select(ClientRow.id).where(ClientRow.public_id == client, ClientRow.revoked_at.is_(None))
    return session.scalar(known) is not None
