"""The command line, `legalcredit`."""

from publicity.app import PARTS
from registry.kernel.shell import run


def main() -> None:
    run(PARTS, package="publicity")


if __name__ == "__main__":
    main()
