"""A link and a QR code that a firm puts on its own site, and the page behind them that tells whether it is its own."""

import io

import segno
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from publicity.lookup import pages
from publicity.sites import hosts, register
from registry.kernel.access import current_actor, public, requires
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.host import settings, work
from registry.web.forms import faults_by_path

PAGE = 50

blueprint = Blueprint("sites", __name__)


@blueprint.get("/organisations/<string(length=16):public_id>/here")
@public
def here(public_id: str) -> ResponseReturnValue:
    """Where the link stood is read from the visitor's own request, told to the visitor, and kept nowhere."""
    with work().read() as session:
        firm = pages.organisation(session, public_id).organisation
        registered = register.hosts(session, public_id)
    origin, came = hosts.origin(
        request.headers.get("Referer", "")[:2000], registered, ours=settings().public_url
    )
    page = render_template("publicity/here.html", firm=firm, registered=registered, origin=origin, came=came)
    answer = Response(page)
    # Said to this visitor alone: the next one comes from elsewhere.
    answer.headers["Cache-Control"] = "no-store"
    answer.vary.add("Referer")
    return answer


@blueprint.get("/organisations/<string(length=16):public_id>/link")
@public
def link(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        firm = pages.organisation(session, public_id).organisation
        registered = register.hosts(session, public_id)
    return render_template(
        "publicity/link.html", firm=firm, registered=registered, address=_address(public_id)
    )


@blueprint.get("/organisations/<string(length=16):public_id>/qr.svg")
@public
def qr(public_id: str) -> ResponseReturnValue:
    """A picture of the address alone: whoever copies it leads visitors here, where they read whose it is."""
    with work().read() as session:
        pages.organisation(session, public_id)
    drawn = io.BytesIO()
    # Dark on light whatever the page's scheme: half of the readers know no other.
    segno.make(_address(public_id), error="m").save(
        drawn, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False
    )
    return Response(drawn.getvalue(), content_type="image/svg+xml")


def _address(public_id: str) -> str:
    return settings().public_url + url_for("sites.here", public_id=public_id)


@blueprint.get("/staff/sites")
@requires(register.REGISTER)
def index() -> ResponseReturnValue:
    return _page({})


@blueprint.post("/staff/sites")
@requires(register.REGISTER)
def add() -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            register.add(session, session.actor, uscc=form.get("uscc", ""), host=form.get("host", ""))
    except (Invalid, Conflict) as fault:
        told = faults_by_path(fault) if isinstance(fault, Invalid) else {"host": [fault.title]}
        return _page(form, told), fault.status
    flash("已登记。", "good")
    return redirect(url_for("sites.index"), 303)


@blueprint.post("/staff/sites/<string(length=16):public_id>/end")
@requires(register.REGISTER)
def end(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        register.end(session, session.actor, site=public_id)
    flash("已结束登记，从这个网站来的访客会看到提醒。", "good")
    return redirect(url_for("sites.index"), 303)


def _page(values: object, faults: dict[str, list[str]] | None = None) -> str:
    after = request.args.get("after", type=int) or 0
    with work().read() as session:
        listed = register.sites(session, after=after if 0 < after < 2**53 else 0, limit=PAGE + 1)
    return render_template(
        "publicity/sites.html",
        sites=[site for _, site in listed[:PAGE]],
        following=listed[PAGE - 1][0] if len(listed) > PAGE else None,
        values=values,
        faults=faults or {},
    )
