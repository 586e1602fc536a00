"""A hint to the intake right after a commit of the staff's: the work list need not wait for the next minute.

Nothing depends on it; the job takes in whatever a hint missed.
"""

import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError

from publicity.release import intake
from registry.kernel.access import current_actor
from registry.kernel.faults import Fault
from registry.kernel.host import Host


def install(host: Host, app: object) -> None:
    """Lets the intake look once after every accepted form of a member of staff."""
    if isinstance(app, Flask):
        app.after_request(lambda response: _look(host, response))


def _look(host: Host, response: Response) -> Response:
    if request.method == "POST" and response.status_code < 400 and current_actor().kind == "staff":
        try:
            intake.run(host.work)
        except (Fault, SQLAlchemyError) as error:
            # The answer stands on its own commit; a database busy with others may not turn it into a failure.
            structlog.get_logger().warning("intake hint", error=type(error).__name__)
    return response
