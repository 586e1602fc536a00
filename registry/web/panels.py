"""What the page of a person or an organisation shows beside the roster's own: one panel for each concern of credit.

A panel is a template and the function that reads for it; who may not see it gets a page without it. The template finds
what the function gave as `panel`, and the subject as `subject`.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from registry.kernel.access import current_actor
from registry.kernel.work import WorkSession
from registry.roster.find import Found
from registry.web import assessments, complaints, listings, objections, pledges, repairs, standing


class Panel(NamedTuple):
    """`read` gives what `template` shows, None for nothing at all."""

    template: str
    permission: str
    read: Callable[[WorkSession, Found], object | None]


PANELS: Sequence[Panel] = (
    Panel("registry/roster/_assessments.html", assessments.READ, assessments.panel),
    Panel("registry/standing/_panel.html", standing.READ, standing.panel),
    Panel("registry/complaints/_panel.html", complaints.READ, complaints.panel),
    Panel("registry/objections/_panel.html", objections.READ, objections.panel),
    Panel("registry/repairs/_panel.html", repairs.READ, repairs.panel),
    Panel("registry/listings/_panel.html", listings.READ, listings.panel),
    Panel("registry/pledges/_panel.html", pledges.READ, pledges.panel),
)


class Filled(NamedTuple):
    template: str
    panel: object


def filled(session: WorkSession, subject: Found) -> list[Filled]:
    """The panels that the present actor may see of this subject, in their order."""
    actor = current_actor()
    read = [(panel.template, panel.read(session, subject)) for panel in PANELS if actor.may(panel.permission)]
    return [Filled(template, found) for template, found in read if found is not None]
