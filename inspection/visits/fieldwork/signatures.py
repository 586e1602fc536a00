"""Signatures that were drawn on a screen, as the path of an SVG picture. Pure."""

from collections.abc import Sequence

from inspection.visits.fieldwork.kinds import EDGE


def path(strokes: Sequence[Sequence[Sequence[int]]]) -> str:
    """The `d` of an SVG path through the points; a dot is a stroke to itself, which a round cap shows."""
    drawn = []
    for stroke in strokes:
        if not stroke:
            continue
        first, *rest = [f"{x} {y}" for x, y in stroke]
        drawn.append("M" + first + "L" + "L".join(rest or [first]))
    return "".join(drawn)


def svg(strokes: Sequence[Sequence[Sequence[int]]], height: int) -> str:
    """A whole picture of its own, for papers and files; black on nothing."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {EDGE} {height}">'
        f'<path d="{path(strokes)}" fill="none" stroke="#000" stroke-width="8" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
