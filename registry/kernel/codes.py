"""QR codes on paper, drawn as shapes, each a link as well."""

from typing import Any

import segno
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph


class CodeBeside(Flowable):  # type: ignore[misc]
    """A dense code with `words` beside it, printed as large as a phone needs it: some 0.55 mm a module."""

    _MODULE = 0.55 * mm
    _LEAST, _MOST = 32 * mm, 64 * mm
    _GAP = 6 * mm

    def __init__(self, address: str, words: Paragraph, width: float) -> None:
        super().__init__()
        self._address, self._words = address, words
        modules = len(segno.make_qr(address, error="l").matrix)
        self._size = min(self._MOST, max(self._LEAST, modules * self._MODULE))
        self.width, self.height = width, self._size + 2 * mm

    def draw(self) -> None:
        draw_code(self.canv, self._address, (0, 0, self._size), error="l")
        _, height = self._words.wrap(self.width - self._size - self._GAP, self._size)
        self._words.drawOn(self.canv, self._size + self._GAP, self._size - height)


def draw_code(canvas: Any, address: str, place: tuple[float, float, float], *, error: str) -> None:
    """A QR code that leads to `address` at (left, bottom, size), with this level of error correction."""
    left, bottom, side = place
    modules = segno.make_qr(address, error=error).matrix
    size = side / len(modules)
    path = canvas.beginPath()
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            if dark:
                path.rect(left + column * size, bottom + side - (row + 1) * size, size, size)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.linkURL(address, (left, bottom, left + side, bottom + side), relative=1)
