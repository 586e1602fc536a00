"""`python -m tests.services` finds or installs what the tests need, and says where it is. Exit 1 if something lacks."""

import sys

from tests.services import chromium, font, postgresql
from tests.services.packages import install

NEEDED = [
    ("PostgreSQL 15 or later", postgresql.find, postgresql.PACKAGES, postgresql.install_wheel),
    ("Chromium", chromium.find, chromium.PACKAGES, None),
    ("a font with Chinese characters", font.find, font.PACKAGES, None),
]


def main() -> int:
    lacking = 0
    for name, find, packages, otherwise in NEEDED:
        found = find()
        if not found:
            print(f"{name}: not found, installing", file=sys.stderr)
            if not install(packages) and otherwise:
                otherwise()
            found = find()
        if found:
            print(f"{name}: {found}")
            continue
        lacking += 1
        known = ", ".join(f"{manager}: {package}" for manager, package in packages.items())
        print(
            f"The tests need {name}; it could not be installed from here. Please install it ({known}).",
            file=sys.stderr,
        )
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
