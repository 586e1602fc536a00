"""The command line, `legalcredit`."""

from publicity.app import PARTS
from registry.kernel.part import Part
from registry.kernel.shell import run
from seed.command import seed


def main() -> None:
    run((*PARTS, Part("seed", commands=(seed,))), package="publicity")


if __name__ == "__main__":
    main()
