"""Closed values with a second party (specification section 9.1).

Each value is encrypted twice when it is supplied: under the installation's field key, so that the record can be computed
without anybody, and to the depositary's own X25519 key, whose private half is in a file of theirs. So neither a party nor
the service can keep a draw closed for ever by losing or withholding a value.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.ceremony.sealed_tables import DepositaryKeyRow, DepositRow, SealRow
from inspection.ceremony.tables import AnnouncementRow
from inspection.plan.tables import TaskRow
from registry.accounts.tables import StaffRow
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.faults import Conflict, Refused
from registry.kernel.work import WorkSession

HOLD = "draw.deposit"

_CONTEXT = "insp_deposits.item"
_KEY = 32
_NONCE = 12


class Unopened(Exception):
    """The private key does not open this deposit: it is another one, or the deposit was altered."""


def make_key(session: WorkSession, actor: Actor) -> bytes:
    """A new key pair for the member of staff `actor`; gives the private half (32 bytes), which is kept nowhere.

    Deposits made before stay under the key that was theirs then.
    """
    actor.require(HOLD)
    username = session.scalar(select(StaffRow.username).where(StaffRow.public_id == actor.id))
    if username is None:
        raise Refused("只有工作人员可以保管密封的随机数", rule="not_staff")
    private = X25519PrivateKey.generate()
    session.add(
        DepositaryKeyRow(
            username=username, public_key=private.public_key().public_bytes_raw(), made_at=session.now
        )
    )
    session.act("draw.deposit_key", actor.id)
    return private.private_bytes_raw()


def key_of(session: Session, username: str) -> bytes | None:
    """The public key under which values are deposited with this member of staff, None before they made one."""
    newest = select(DepositaryKeyRow.public_key).where(DepositaryKeyRow.username == username)
    return session.scalar(newest.order_by(DepositaryKeyRow.id.desc()).limit(1))


def add(session: WorkSession, seal: SealRow, position: int, item: Mapping[str, str]) -> None:
    """Deposits one supplied item that gives its commitment. Raises Conflict while the depositary has no key."""
    key = key_of(session, seal.depositary)
    if key is None:
        raise Conflict("保管人还没有生成保管密钥，不能提交", rule="no_deposit_key")
    text = canonical(dict(item)).decode()
    session.add(
        DepositRow(
            seal_id=seal.id,
            position=position,
            item=session.keys.encrypt(text, _CONTEXT),
            for_depositary=encrypt(key, text.encode(), context=_context(seal.draw, position)),
        )
    )


def item(session: WorkSession, seal: SealRow, position: int) -> dict[str, str]:
    """The deposited item, for computing the record. Not for the public before the opening."""
    found = session.scalars(
        select(DepositRow.item).where(DepositRow.seal_id == seal.id, DepositRow.position == position)
    ).one()
    return json.loads(session.keys.decrypt(found, _CONTEXT))  # type: ignore[no-any-return]


def handed_out(session: Session, actor: Actor, *, draw_id: str) -> list[dict[str, object]]:
    """The deposits of a draw as the depositary keeps them: `draw`, `position` and the hex `sealed` to their key alone.

    Raises Refused for anybody else.
    """
    actor.require(HOLD)
    username = session.scalar(select(StaffRow.username).where(StaffRow.public_id == actor.id))
    seal = session.scalar(select(SealRow).where(SealRow.draw == draw_id))
    if seal is None or seal.depositary != username:
        raise Refused("您不是这次抽取的保管人", rule="other_party")
    rows = session.scalars(
        select(DepositRow).where(DepositRow.seal_id == seal.id).order_by(DepositRow.position)
    )
    return [{"draw": draw_id, "position": row.position, "sealed": row.for_depositary.hex()} for row in rows]


@dataclass(frozen=True)
class Held:
    """A draw with whose deposits the depositary is charged; `deposits` counts those that were made."""

    draw: str
    task_title: str
    opens_after: date
    opened_at: datetime | None
    deposits: int


@dataclass(frozen=True)
class Holding:
    """What the depositary's page shows; `key_made_at` is None before there is a key."""

    key_made_at: datetime | None
    draws: Sequence[Held]


def held(session: Session, actor: Actor) -> Holding:
    """The draws whose closed values are deposited with `actor`, the latest first."""
    username = session.scalar(select(StaffRow.username).where(StaffRow.public_id == actor.id))
    counted = select(func.count(DepositRow.id)).where(DepositRow.seal_id == SealRow.id).scalar_subquery()
    rows = session.execute(
        select(SealRow, TaskRow.title, counted.label("deposits"))
        .join(AnnouncementRow, AnnouncementRow.public_id == SealRow.draw)
        .join(TaskRow, TaskRow.id == AnnouncementRow.task_id)
        .where(SealRow.depositary == username)
        .order_by(SealRow.id.desc())
    )
    newest = select(func.max(DepositaryKeyRow.made_at)).where(DepositaryKeyRow.username == username)
    return Holding(
        session.scalar(newest),
        [
            Held(row.SealRow.draw, row.title, row.SealRow.opens_after, row.SealRow.opened_at, row.deposits)
            for row in rows
        ],
    )


def encrypt(public_key: bytes, content: bytes, *, context: bytes) -> bytes:
    """To the holder of an X25519 key: ephemeral public key (32 bytes), nonce (12), AES-256-GCM ciphertext and tag. The key
    is HKDF-SHA-256 over the shared secret, bound to both public keys."""
    ephemeral = X25519PrivateKey.generate()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public_key))
    own = ephemeral.public_key().public_bytes_raw()
    nonce = urandom(_NONCE)
    return own + nonce + AESGCM(_derived(shared, own + public_key)).encrypt(nonce, content, context)


def decrypt(private_key: bytes, sealed: bytes, *, draw: str, position: int) -> bytes:
    """What was deposited, for whoever has the private key. Raises Unopened."""
    try:
        private = X25519PrivateKey.from_private_bytes(private_key)
        shared = private.exchange(X25519PublicKey.from_public_bytes(sealed[:_KEY]))
        key = _derived(shared, sealed[:_KEY] + private.public_key().public_bytes_raw())
        nonce, content = sealed[_KEY : _KEY + _NONCE], sealed[_KEY + _NONCE :]
        return AESGCM(key).decrypt(nonce, content, _context(draw, position))
    except (InvalidTag, ValueError) as error:
        raise Unopened(f"{draw} {position}") from error


def _derived(shared: bytes, keys: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=b"deposit|" + keys).derive(shared)


def _context(draw: str, position: int) -> bytes:
    return f"deposit|{draw}|{position}".encode()
