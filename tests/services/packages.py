"""Installs from the system's package manager, as root or through a sudo that asks no password."""

import os
import subprocess
import sys
from shutil import which

UPDATE = {"apt-get": ["apt-get", "-qq", "update"], "apk": ["apk", "update", "--quiet"]}
INSTALL = {
    "apt-get": ["apt-get", "-qq", "-y", "--no-install-recommends", "install"],
    "dnf": ["dnf", "-q", "-y", "install"],
    "apk": ["apk", "add", "--quiet"],
    "brew": ["brew", "install", "--quiet"],
}


def install(names: dict[str, str]) -> bool:
    """Installs the package that `names` gives for the manager found here. True when the manager says it is done."""
    manager = next((name for name in INSTALL if name in names and which(name)), None)
    if manager is None:
        return False
    prefix = _as_root() if manager != "brew" else []
    if prefix is None:
        return False
    if manager in UPDATE:
        _run(prefix + UPDATE[manager])
    return _run(prefix + INSTALL[manager] + names[manager].split())


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    return (
        sudo
        if which("sudo") and subprocess.run([*sudo, "true"], capture_output=True).returncode == 0
        else None
    )


def _run(command: list[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "HOMEBREW_NO_AUTO_UPDATE": "1"}
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        # What the manager chatters matters only when it fails.
        print(done.stdout, done.stderr, sep="", file=sys.stderr)
    return done.returncode == 0
