"""API clients: programs that call the interfaces with a token of their own."""

import hmac
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from registry.accounts.tables import ClientRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Unidentified
from registry.kernel.work import WorkSession

ADMINISTER = "clients.admin"
SECRET_BYTES = 32
NO_GRANTS: Mapping[str, frozenset[str]] = {}
_TOKEN = re.compile(r"lc_([a-z2-7]{16})_([0-9a-f]{64})")
_SCOPE = re.compile(r"[a-z]+(?::[a-z]+)+")


@dataclass(frozen=True)
class Client:
    """One API client. `scopes` are the permissions of its token; `revoked_at` is None while the token works."""

    public_id: str
    name: str
    scopes: tuple[str, ...]
    added_at: datetime
    revoked_at: datetime | None


def check_scopes(scopes: Iterable[str], offered: Collection[str]) -> None:
    """Raises Invalid naming the scopes that this installation does not offer; the edges know which it does."""
    unknown = sorted(set(scopes) - set(offered))
    if unknown:
        known = "、".join(sorted(offered)) or "无"
        raise Invalid.field(
            "scopes", "unknown_scope", f"没有这个权限范围：{'、'.join(unknown)}（可选：{known}）"
        )


def add_client(session: WorkSession, actor: Actor, *, name: str, scopes: Sequence[str]) -> tuple[Client, str]:
    """Adds a client; returns it with its token, `lc_<id>_<secret>`, which cannot be shown again.

    Raises Invalid for a missing name or scope, Conflict when a working client has that name.
    """
    actor.require(ADMINISTER)
    name = name.strip()
    faults = []
    if not (1 <= len(name) <= 60 and name.isprintable()):
        faults.append(FieldFault("name", "name", "请填写名称，不超过 60 个字，不能换行"))
    if not scopes or not all(_SCOPE.fullmatch(scope) for scope in scopes):
        faults.append(FieldFault("scopes", "required", "请至少选择一个权限范围"))
    if faults:
        raise Invalid("接口客户端信息有误", faults)
    taken = select(ClientRow.id).where(ClientRow.name == name, ClientRow.revoked_at.is_(None))
    if session.scalar(taken) is not None:
        raise Conflict("已有同名的接口客户端", rule="client_name_taken")
    secret = session.random(SECRET_BYTES).hex()
    row = ClientRow(
        public_id=session.new_id(),
        name=name,
        scopes=sorted(set(scopes)),
        secret_sha256=_digest(secret),
        added_at=session.now,
    )
    session.add(row)
    session.flush()
    session.act("client.add", row.public_id, name=name, scopes=list(row.scopes))
    return _client(row), f"lc_{row.public_id}_{secret}"


def revoke(session: WorkSession, actor: Actor, *, client: str) -> Client:
    """Ends the token of the client with public id `client` at once. Raises NotFound, or Conflict when it has ended."""
    actor.require(ADMINISTER)
    row = session.scalar(select(ClientRow).where(ClientRow.public_id == client).with_for_update())
    if row is None:
        raise NotFound("没有这个接口客户端", rule="no_client")
    if row.revoked_at is not None:
        raise Conflict("这个接口客户端已经撤销", rule="revoked")
    row.revoked_at = session.now
    session.act("client.revoke", client)
    return _client(row)


def scopes_of(session: WorkSession, client: str) -> frozenset[str]:
    """What the token of the client with this public id opens now: nothing once it was revoked."""
    found = select(ClientRow.scopes).where(ClientRow.public_id == client, ClientRow.revoked_at.is_(None))
    return frozenset(session.scalar(found) or ())


def everyone(session: WorkSession) -> list[Client]:
    """All clients, working ones first, by name."""
    rows = session.scalars(
        select(ClientRow).order_by(ClientRow.revoked_at.is_not(None), ClientRow.name, ClientRow.id)
    )
    return [_client(row) for row in rows]


def names(session: WorkSession, public_ids: Iterable[str]) -> dict[str, str]:
    """The names behind public ids, for lists that show who did something; unknown ids are left out."""
    found = select(ClientRow.public_id, ClientRow.name).where(ClientRow.public_id.in_(set(public_ids)))
    return dict(session.execute(found).all())


def bearer(session: WorkSession, token: str, grants: Mapping[str, frozenset[str]] = NO_GRANTS) -> Actor:
    """The client that `token` belongs to; its permissions are its scopes and what these grant. Raises Unidentified for
    any other token."""
    parsed = _TOKEN.fullmatch(token)
    row = session.scalar(select(ClientRow).where(ClientRow.public_id == parsed[1])) if parsed else None
    if (
        parsed is None
        or row is None
        or row.revoked_at is not None
        or not hmac.compare_digest(row.secret_sha256, _digest(parsed[2]))
    ):
        raise Unidentified("访问令牌无效或已撤销", rule="token")
    granted = (grants.get(scope, frozenset()) for scope in row.scopes)
    return Actor("client", row.public_id, row.name, frozenset(row.scopes).union(*granted))


def _digest(secret: str) -> str:
    # The secret has 256 random bits, so a plain hash cannot be guessed backwards and costs nothing on every call.
    return sha256(secret.encode()).hexdigest()


def _client(row: ClientRow) -> Client:
    return Client(row.public_id, row.name, tuple(row.scopes), row.added_at, row.revoked_at)
