"""The JSON interface under /api/v1: the staff pages' work for programs. `ground` says what all endpoints share."""

from registry.web.api import (
    complaints,
    events,
    lists,
    pledges,
    reference,
    rights,
    roster_changes,
    standings,
    worklists,
)

BLUEPRINTS = (
    roster_changes.concern,
    events.concern,
    standings.concern,
    rights.concern,
    lists.concern,
    pledges.concern,
    complaints.concern,
    worklists.concern,
    reference.concern,
)
