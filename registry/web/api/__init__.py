"""The JSON interface under /api/v1: the staff pages' work for programs. `ground` says what all endpoints share."""

from registry.web.api import roster

BLUEPRINTS = (roster.concern,)
