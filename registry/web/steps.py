"""The steps of a case at the office's desks: each is a form of the case's page, all have one address and one way to answer."""

from collections.abc import Callable, Mapping

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from registry.kernel.access import current_actor
from registry.kernel.faults import Fault, Invalid
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.web.rights import mendable, told

Step = Callable[[WorkSession, str, Mapping[str, str]], None]
"""Takes a step of the case with this public id, from what was typed. Raises faults."""


def taken(
    steps: Mapping[str, Step],
    step: str,
    case: str,
    *,
    page: Callable[[dict[str, list[str]]], str],
    done: Mapping[str, str],
    back: str,
) -> ResponseReturnValue:
    """303 to `back`, where `done` is said of the step; or `page` with what whoever filled in the form can mend, by field.

    Who may take which step is the use case's to say. Raises the faults that no form can mend.
    """
    try:
        with work().write(current_actor()) as session:
            steps.get(step, _unknown)(session, case, request.form)
    except Fault as refused:
        if not mendable(refused):
            raise
        return page(told(refused)), refused.status
    flash(done[step], "good")
    return redirect(back, 303)


def _unknown(_session: WorkSession, _case: str, _form: Mapping[str, str]) -> None:
    raise Invalid("没有这个步骤", rule="unknown_step")
