"""The JSON interface under /api/v1: the staff pages' work for programs. `ground` says what all endpoints share."""

from registry.web.api import events, reference, roster

BLUEPRINTS = (roster.concern, events.concern, reference.concern)
