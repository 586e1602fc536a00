"""The staff's home page, and the administration of staff."""

from collections import Counter

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import duties, lockout, passwords, staff
from registry.accounts.roles import ROLES, TITLES
from registry.accounts.staff import ADMINISTER, SELF
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Fault, Invalid
from registry.kernel.host import host, work
from registry.web.duties import due_by_entry, waiting
from registry.web.forms import faults_by_path

blueprint = Blueprint("staff", __name__, url_prefix="/staff")

NEAREST = 10


@blueprint.app_template_filter("role_title")
def role_title(role: str) -> str:
    return TITLES[role]


@blueprint.get("")
@requires(SELF)
def home() -> ResponseReturnValue:
    """What to do first. Whoever still has somebody else's password changes it before anything else."""
    with work().read(current_actor()) as session:
        person = staff.find(session, current_actor().id)
        if person.must_change:
            return redirect(url_for("sign_in.password"), 303)
        listed = waiting(session)
        today = session.today
        due = due_by_entry(session, listed)
    nearest = [one for one in listed if one.mine] + [one for one in listed if one.owner is None]
    return render_template(
        "registry/home.html",
        person=person,
        lists=any(current_actor().may(worklist.permission) for worklist in host().worklists),
        counts=duties.counts(listed, today),
        nearest=nearest[:NEAREST],
        kinds=Counter(one.kind for one in listed).most_common(),
        today=today,
        due=due,
    )


@blueprint.get("/people")
@requires(ADMINISTER)
def people() -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        listed = staff.everybody(session)
        locked = lockout.locked_names(session, [person.username for person in listed])
    return render_template("registry/people.html", people=listed, locked=locked)


@blueprint.get("/people/new")
@requires(ADMINISTER)
def new() -> ResponseReturnValue:
    return render_template("registry/person_new.html", roles=ROLES, chosen=[])


@blueprint.post("/people")
@requires(ADMINISTER)
def add() -> ResponseReturnValue:
    form = request.form
    chosen = form.getlist("roles")
    try:
        with work().write(current_actor()) as session:
            password = passwords.generated(session)
            person = staff.add_staff(
                session,
                session.actor,
                username=form.get("username", ""),
                name=form.get("name", ""),
                section=form.get("section", ""),
                roles=chosen,
                password=password,
                must_change=True,
            )
    except (Invalid, Conflict) as refusal:
        faults = _faults(refusal, "username")
        page = render_template(
            "registry/person_new.html", roles=ROLES, chosen=chosen, values=form, faults=faults
        )
        return page, refusal.status
    return _handed_over(person, password, "已添加")


@blueprint.get("/people/<public_id>")
@requires(ADMINISTER)
def person(public_id: str) -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        found = staff.find(session, public_id)
        locked = bool(lockout.locked_names(session, [found.username]))
    values = {"name": found.name, "section": found.section}
    return render_template(
        "registry/person.html", person=found, locked=locked, roles=ROLES, chosen=found.roles, values=values
    )


@blueprint.post("/people/<public_id>")
@requires(ADMINISTER)
def change(public_id: str) -> ResponseReturnValue:
    form = request.form
    chosen = form.getlist("roles")
    try:
        with work().write(current_actor()) as session:
            staff.change_staff(
                session,
                session.actor,
                staff=public_id,
                name=form.get("name", ""),
                section=form.get("section", ""),
                roles=chosen,
            )
    except Invalid as refusal:
        with work().read(current_actor()) as session:
            found = staff.find(session, public_id)
        faults = _faults(refusal, "roles")
        page = render_template(
            "registry/person.html", person=found, roles=ROLES, chosen=chosen, values=form, faults=faults
        )
        return page, refusal.status
    flash("已保存，新角色从对方的下一个页面起生效。", "good")
    return redirect(url_for("staff.person", public_id=public_id), 303)


@blueprint.post("/people/<public_id>/deactivate")
@requires(ADMINISTER)
def deactivate(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        staff.deactivate(session, session.actor, staff=public_id)
    flash("账号已停用，对方的登录已经退出。", "good")
    return redirect(url_for("staff.person", public_id=public_id), 303)


@blueprint.post("/people/<public_id>/reinstate")
@requires(ADMINISTER)
def reinstate(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        password = staff.reinstate(session, session.actor, staff=public_id)
        found = staff.find(session, public_id)
    return _handed_over(found, password, "账号已恢复")


@blueprint.post("/people/<public_id>/reset-password")
@requires(ADMINISTER)
def reset_password(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        password = staff.reset_password(session, session.actor, staff=public_id)
        found = staff.find(session, public_id)
    return _handed_over(found, password, "密码已重置")


@blueprint.post("/people/<public_id>/unlock")
@requires(ADMINISTER)
def unlock(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        staff.unlock(session, session.actor, staff=public_id)
    flash("已解除锁定，现在可以登录。", "good")
    return redirect(url_for("staff.person", public_id=public_id), 303)


def _handed_over(person: staff.Staff, password: str, done: str) -> ResponseReturnValue:
    # Shown in the answer to the POST alone: it stands in no address, no cookie and no cache.
    return render_template("registry/first_password.html", person=person, password=password, done=done)


def _faults(refusal: Fault, path: str) -> dict[str, list[str]]:
    return faults_by_path(refusal) if isinstance(refusal, Invalid) else {path: [refusal.title]}
