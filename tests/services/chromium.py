"""The system's Chromium. Playwright's own download is not used: many offices cannot reach it."""

import os
from pathlib import Path
from shutil import which

PACKAGES = {"apt-get": "chromium", "dnf": "chromium", "apk": "chromium", "brew": "--cask chromium"}
# As root Chromium has no sandbox. The rest keeps it from calling home, which a closed network answers slowly.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_APPLICATIONS = ("Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> Path | None:
    """The executable that CHROMIUM names, or else the installed one."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named)
    on_path = (which(name) for name in _NAMES)
    applications = (Path("/Applications") / name for name in _APPLICATIONS)
    return next((Path(found) for found in [*on_path, *applications] if found and Path(found).exists()), None)
