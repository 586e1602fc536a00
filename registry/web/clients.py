"""The administration of API clients."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import clients
from registry.accounts.clients import ADMINISTER
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.host import host, work
from registry.web.forms import faults_by_path

blueprint = Blueprint("clients", __name__, url_prefix="/staff/clients")


@blueprint.get("")
@requires(ADMINISTER)
def index() -> ResponseReturnValue:
    with work().read() as session:
        listed = clients.everyone(session)
    return render_template("registry/clients.html", clients=listed, scopes=host().scopes, chosen=[])


@blueprint.post("")
@requires(ADMINISTER)
def add() -> ResponseReturnValue:
    chosen = request.form.getlist("scopes")
    try:
        clients.check_scopes(chosen, host().scopes)
        with work().write(current_actor()) as session:
            client, token = clients.add_client(
                session, session.actor, name=request.form.get("name", ""), scopes=chosen
            )
    except (Invalid, Conflict) as refusal:
        with work().read() as session:
            listed = clients.everyone(session)
        faults = faults_by_path(refusal) if isinstance(refusal, Invalid) else {"name": [refusal.title]}
        page = render_template(
            "registry/clients.html",
            clients=listed,
            scopes=host().scopes,
            chosen=chosen,
            values=request.form,
            faults=faults,
        )
        return page, refusal.status
    # The token stands in the answer to the POST alone: in no address, no cookie and no cache.
    return render_template("registry/client_token.html", client=client, token=token, scopes=host().scopes)


@blueprint.post("/<public_id>/revoke")
@requires(ADMINISTER)
def revoke(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        client = clients.revoke(session, session.actor, client=public_id)
    flash(f"已撤销“{client.name}”的令牌，它从现在起不能再调用接口。", "good")
    return redirect(url_for("clients.index"), 303)
