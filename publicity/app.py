"""The three parts of the service, and the application that servers load."""

import os

from flask import Flask

from inspection.part import PART as INSPECTION
from publicity.part import PART as PUBLICITY
from registry.kernel.host import build_app
from registry.kernel.settings import Settings
from registry.part import PART as REGISTRY

PARTS = (REGISTRY, INSPECTION, PUBLICITY)


def create_app() -> Flask:
    return build_app(Settings.load(os.environ), PARTS)
