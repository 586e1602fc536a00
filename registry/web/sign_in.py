"""Signing in and out, and one's own password."""

import re

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import passwords, staff
from registry.accounts.identity import begin_session, end_session
from registry.accounts.sign_in import LockedOut, NotAccepted, authenticate
from registry.accounts.staff import SELF
from registry.kernel.access import current_actor, public, requires
from registry.kernel.faults import Fault, FieldFault, Invalid
from registry.kernel.host import host, work
from registry.web.forms import faults_by_path

blueprint = Blueprint("sign_in", __name__)

ENTRANCES = ("sign_in.enter", "sign_in.change_password")
"""The endpoints where a password is tried."""


@blueprint.get("/staff/login")
@public
def login() -> ResponseReturnValue:
    if current_actor().kind == "staff":
        return redirect(_own_path(request.args.get("next")), 303)
    return render_template("registry/sign_in.html", next=_own_path(request.args.get("next")))


@blueprint.post("/staff/login")
@public
def enter() -> ResponseReturnValue:
    target = _own_path(request.form.get("next"))
    username = request.form.get("username", "")
    try:
        person = authenticate(
            work(),
            username=username,
            password=request.form.get("password", ""),
            address=request.remote_addr or "",
        )
    except (NotAccepted, LockedOut, passwords.Busy) as refusal:
        page = render_template(
            "registry/sign_in.html", next=target, refusal=refusal.title, values=request.form
        )
        return _refused(page, refusal)
    begin_session(person, host().clock.now())
    if person.must_change:
        # Whoever came by a link goes on to its page with a password of their own.
        onward = target if target != url_for("staff.home") else None
        return redirect(url_for("sign_in.password", next=onward), 303)
    return redirect(target, 303)


@blueprint.post("/staff/logout")
@requires(SELF)
def logout() -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        staff.end_sessions(session, session.actor)
    end_session()
    response = redirect(url_for("sign_in.login"), 303)
    # What pages kept on this device goes with the session; over plain http browsers ignore this, and menu.js does it.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@blueprint.get("/staff/password")
@requires(SELF)
def password() -> ResponseReturnValue:
    return render_template(
        "registry/password.html", must_change=_must_change(), next=_own_path(request.args.get("next"))
    )


@blueprint.post("/staff/password")
@requires(SELF)
def change_password() -> ResponseReturnValue:
    target = _own_path(request.form.get("next"))
    try:
        person = _change_password()
    except (Invalid, LockedOut, passwords.Busy) as refusal:
        faults = faults_by_path(refusal) if isinstance(refusal, Invalid) else {"present": [refusal.title]}
        page = render_template(
            "registry/password.html", faults=faults, must_change=_must_change(), next=target
        )
        return _refused(page, refusal)
    begin_session(person, host().clock.now())
    flash("密码已修改，其他设备上的登录已经退出。", "good")
    return redirect(target, 303)


def _change_password() -> staff.Staff:
    new = request.form.get("password", "")
    if new != request.form.get("again", ""):
        raise Invalid.field("again", "different", "两次输入的新密码不一致")
    with work().read() as session:
        username = staff.find(session, current_actor().id).username
    passwords.check(new, username)
    try:
        authenticate(
            work(),
            username=username,
            password=request.form.get("present", ""),
            address=request.remote_addr or "",
            purpose="confirm",
        )
    except NotAccepted:
        raise Invalid("密码没有修改", [FieldFault("present", "not_accepted", "现在的密码不正确")]) from None
    with work().write(current_actor()) as session:
        return staff.change_own_password(session, session.actor, password=new)


def _must_change() -> bool:
    with work().read() as session:
        return staff.find(session, current_actor().id).must_change


def _refused(page: str, refusal: Fault) -> ResponseReturnValue:
    response = make_response(page, refusal.status)
    if isinstance(refusal, LockedOut):
        response.headers["Retry-After"] = str(refusal.seconds)
    return response


def _own_path(asked: str | None) -> str:
    """Where to go after signing in: a path of this service, else the staff's home page.

    Browsers read a second slash, a backslash or a control character as the start of another host.
    """
    if asked and re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", asked) and not asked.startswith("/staff/log"):
        return asked.removesuffix("?")
    return url_for("staff.home")
