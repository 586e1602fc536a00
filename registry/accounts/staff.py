"""Staff: who they are, which roles they hold, and their passwords."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select

from registry.accounts import lockout, passwords
from registry.accounts.roles import TITLES, permissions_of
from registry.accounts.tables import StaffRoleRow, StaffRow
from registry.kernel.access import Actor, Permission
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession

ADMINISTER = "staff.admin"
SELF = "staff.self"
USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")


@dataclass(frozen=True)
class Staff:
    """One member of staff. `roles` in the order of `registry.accounts.roles.ROLES`; `ended_at` is None while active.

    `must_change`: the password was given by somebody else and opens nothing but the page that changes it.
    """

    public_id: str
    username: str
    name: str
    section: str
    roles: tuple[str, ...]
    must_change: bool
    demo: bool
    epoch: int
    added_at: datetime
    ended_at: datetime | None

    def actor(self, permissions: Iterable[Permission]) -> Actor:
        """This person with what their roles may, out of all `permissions` of the installation."""
        held = frozenset({SELF}) if self.must_change else permissions_of(self.roles, permissions)
        return Actor("staff", self.public_id, self.name, held)


def add_staff(
    session: WorkSession,
    actor: Actor,
    *,
    username: str,
    name: str,
    section: str,
    roles: Sequence[str],
    password: str,
    must_change: bool = False,
    demo: bool = False,
) -> Staff:
    """Adds a member of staff who can sign in with `password` from now on.

    Pass `must_change` when somebody else than the owner chose the password, `demo` when it is published. Raises Invalid
    naming every refused field, Conflict when the username was ever given to anybody.
    """
    actor.require(ADMINISTER)
    username, name, section = username.strip().lower(), name.strip(), section.strip()
    faults = [*_post_faults(name, section), *_role_faults(roles)]
    if not USERNAME.fullmatch(username):
        faults.append(
            FieldFault("username", "username", "用户名应为 2 至 32 个小写字母、数字、点、横线，以字母开头")
        )
    if faults:
        raise Invalid("工作人员信息有误", faults)
    passwords.check(password, username)
    if session.scalar(select(StaffRow.id).where(StaffRow.username == username)) is not None:
        raise Conflict("这个用户名已经用过，请换一个", rule="username_taken")
    row = StaffRow(
        public_id=session.new_id(),
        username=username,
        name=name,
        section=section,
        password_hash=passwords.hashed(session, password),
        must_change=must_change,
        demo=demo,
        epoch=1,
        added_at=session.now,
    )
    session.add(row)
    session.flush()
    _give(session, row, roles)
    session.act(
        "staff.add", row.public_id, username=username, name=name, section=section, roles=_ordered(roles)
    )
    return _staff(row, roles)


def change_staff(
    session: WorkSession, actor: Actor, *, staff: str, name: str, section: str, roles: Sequence[str]
) -> Staff:
    """Sets name, section and roles of the person with public id `staff`; new roles count from their next page.

    Raises Refused when administrators would demote themselves, Conflict when nobody would be left to administer.
    """
    actor.require(ADMINISTER)
    row = _active(session, staff)
    before = _roles(session, row)
    faults = [*_post_faults(name.strip(), section.strip()), *_role_faults(roles)]
    if faults:
        raise Invalid("工作人员信息有误", faults)
    if "admin" in before and "admin" not in roles:
        if staff == actor.id:
            raise Refused("不能取消自己的管理员角色，请由另一位管理员办理", rule="self_demotion")
        _another_administers(session, row)
    row.name, row.section = name.strip(), section.strip()
    session.execute(delete(StaffRoleRow).where(StaffRoleRow.staff_id == row.id))
    _give(session, row, roles)
    session.act(
        "staff.change",
        staff,
        name=row.name,
        section=row.section,
        roles_before=list(before),
        roles=_ordered(roles),
    )
    return _staff(row, roles)


def deactivate(session: WorkSession, actor: Actor, *, staff: str) -> None:
    """Ends the account and every session of it. Raises Refused for oneself, Conflict for the last administrator."""
    actor.require(ADMINISTER)
    row = _active(session, staff)
    if staff == actor.id:
        raise Refused("不能停用自己的账号，请由另一位管理员办理", rule="self_deactivation")
    if "admin" in _roles(session, row):
        _another_administers(session, row)
    row.ended_at = session.now
    row.epoch += 1
    session.act("staff.deactivate", staff)


def reinstate(session: WorkSession, actor: Actor, *, staff: str) -> str:
    """Opens an ended account again, with the roles it had and a new first password, which is returned."""
    actor.require(ADMINISTER)
    row = _locked(session, staff)
    if row.ended_at is None:
        raise Conflict("这个账号没有停用", rule="active")
    row.ended_at = None
    password = _new_first_password(session, row)
    session.act("staff.reinstate", staff, roles=list(_roles(session, row)))
    return password


def reset_password(session: WorkSession, actor: Actor, *, staff: str) -> str:
    """Ends every session of the account and returns a first password, to be changed at the next sign-in.

    A lock-out of the account ends with it.
    """
    actor.require(ADMINISTER)
    row = _active(session, staff)
    password = _new_first_password(session, row)
    lockout.release(session, row.username)
    session.act("staff.reset_password", staff)
    return password


def unlock(session: WorkSession, actor: Actor, *, staff: str) -> None:
    """Forgets the failed sign-ins of the account, so that its owner need not wait."""
    actor.require(ADMINISTER)
    row = _active(session, staff)
    lockout.release(session, row.username)
    session.act("staff.unlock", staff)


def change_own_password(session: WorkSession, actor: Actor, *, password: str) -> Staff:
    """Sets the actor's own password and ends every session opened before; the caller has checked the present one."""
    row = _active(session, actor.id)
    passwords.check(password, row.username)
    if passwords.matches(row.password_hash, password):
        raise Invalid.field("password", "same", "新密码不能与现在的密码相同")
    row.password_hash = passwords.hashed(session, password)
    row.must_change = False
    row.demo = False
    row.epoch += 1
    session.act("staff.change_password", actor.id)
    return _staff(row, _roles(session, row))


def end_sessions(session: WorkSession, actor: Actor) -> None:
    """Ends every session of the actor, so that a copied cookie is worth nothing after signing out."""
    row = _active(session, actor.id)
    row.epoch += 1
    session.act("staff.sign_out", actor.id)


def find(session: WorkSession, public_id: str) -> Staff:
    """The member of staff with that public id, active or not. Raises NotFound."""
    row = session.scalar(select(StaffRow).where(StaffRow.public_id == public_id))
    if row is None:
        raise NotFound("没有这位工作人员", rule="no_staff")
    return _staff(row, _roles(session, row))


def by_username(session: WorkSession, username: str) -> Staff | None:
    """The member of staff who signs in, or once did, as `username`."""
    row = session.scalar(select(StaffRow).where(StaffRow.username == username))
    return None if row is None else _staff(row, _roles(session, row))


def everybody(session: WorkSession) -> list[Staff]:
    """All staff, active ones first, by username."""
    rows = session.scalars(select(StaffRow).order_by(StaffRow.ended_at.is_not(None), StaffRow.username)).all()
    roles: dict[int, list[str]] = {}
    for held in session.scalars(select(StaffRoleRow)):
        roles.setdefault(held.staff_id, []).append(held.role)
    return [_staff(row, roles.get(row.id, ())) for row in rows]


def names(session: WorkSession, public_ids: Iterable[str]) -> dict[str, str]:
    """The names behind public ids, for lists that show who did something; unknown ids are left out."""
    found = select(StaffRow.public_id, StaffRow.name).where(StaffRow.public_id.in_(set(public_ids)))
    return dict(session.execute(found).all())


def _locked(session: WorkSession, public_id: str) -> StaffRow:
    """The row, held together with every administrator's, in one order: two administrators who change each other at the
    same moment wait for each other instead of deadlocking, and the second sees what the first did."""
    administers = select(StaffRoleRow.staff_id).where(StaffRoleRow.role == "admin")
    held = session.scalars(
        select(StaffRow)
        .where(or_(StaffRow.public_id == public_id, StaffRow.id.in_(administers)))
        .order_by(StaffRow.id)
        .with_for_update()
    )
    row = next((row for row in held.all() if row.public_id == public_id), None)
    if row is None:
        raise NotFound("没有这位工作人员", rule="no_staff")
    return row


def _active(session: WorkSession, public_id: str) -> StaffRow:
    row = _locked(session, public_id)
    if row.ended_at is not None:
        raise Conflict("这个账号已经停用", rule="inactive")
    return row


def _roles(session: WorkSession, row: StaffRow) -> tuple[str, ...]:
    held = session.scalars(select(StaffRoleRow.role).where(StaffRoleRow.staff_id == row.id))
    return tuple(_ordered(held))


def _ordered(roles: Iterable[str]) -> list[str]:
    held = set(roles)
    return [role for role in TITLES if role in held]


def _give(session: WorkSession, row: StaffRow, roles: Iterable[str]) -> None:
    session.add_all(StaffRoleRow(staff_id=row.id, role=role) for role in _ordered(roles))
    session.flush()


def _staff(row: StaffRow, roles: Iterable[str]) -> Staff:
    return Staff(
        row.public_id,
        row.username,
        row.name,
        row.section,
        tuple(_ordered(roles)),
        row.must_change,
        row.demo,
        row.epoch,
        row.added_at,
        row.ended_at,
    )


def _new_first_password(session: WorkSession, row: StaffRow) -> str:
    password = passwords.generated(session)
    row.password_hash = passwords.hashed(session, password)
    row.must_change = True
    row.demo = False
    row.epoch += 1
    return password


def _another_administers(session: WorkSession, leaving: StaffRow) -> None:
    """Raises Conflict unless an active administrator other than `leaving` remains. Their rows are held already, and this
    statement sees what was committed before that."""
    others = (
        select(func.count())
        .select_from(StaffRow)
        .join(StaffRoleRow, StaffRoleRow.staff_id == StaffRow.id)
        .where(StaffRoleRow.role == "admin", StaffRow.ended_at.is_(None), StaffRow.id != leaving.id)
    )
    if not session.scalar(others):
        raise Conflict("至少要保留一位管理员", rule="last_admin")


def _post_faults(name: str, section: str) -> list[FieldFault]:
    faults = []
    if not (1 <= len(name) <= 60 and name.isprintable()):
        faults.append(FieldFault("name", "name", "请填写姓名，不超过 60 个字，不能换行"))
    if not (1 <= len(section) <= 60 and section.isprintable()):
        faults.append(FieldFault("section", "name", "请填写处室，不超过 60 个字，不能换行"))
    return faults


def _role_faults(roles: Sequence[str]) -> list[FieldFault]:
    unknown = [role for role in roles if role not in TITLES]
    if unknown:
        return [FieldFault("roles", "unknown_role", f"没有这个角色：{'、'.join(unknown)}")]
    if not roles:
        return [FieldFault("roles", "required", "请至少选择一个角色")]
    return []
