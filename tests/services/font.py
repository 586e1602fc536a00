"""A font with Chinese characters, without which every screenshot shows boxes."""

import subprocess
import sys
from pathlib import Path
from shutil import which

PACKAGES = {
    "apt-get": "fontconfig fonts-noto-cjk",
    "dnf": "google-noto-sans-cjk-fonts",
    "apk": "font-noto-cjk",
}


def find() -> Path | None:
    """The file of such a font."""
    if sys.platform == "darwin":
        return Path("/System/Library/Fonts")
    if not which("fc-list"):
        return None
    listed = subprocess.run(
        ["fc-list", "--format=%{file}\n", ":lang=zh-cn"], capture_output=True, text=True, check=True
    )
    return Path(listed.stdout.splitlines()[0]) if listed.stdout else None
