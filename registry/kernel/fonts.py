"""The typeface of the papers: Noto Sans CJK, embedded glyph by glyph, with the rare characters of Chinese names.

ReportLab embeds TrueType alone and the typeface comes as one variable CFF2 file, so each glyph that a paper uses is drawn
once at its weight, turned into TrueType curves and kept for the life of the process. Nothing is prepared or stored.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from reportlab.lib import textsplit
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.platypus import paragraph

REGULAR, BOLD = "Noto-Regular", "Noto-Bold"
# ReportLab's fonts and the open typeface belong to the process, and setting a page never waits: turns cost nothing.
TURN = Lock()
_WEIGHTS = {REGULAR: 400, BOLD: 700}
_SIMPLIFIED_CHINESE = 2  # its place in the collection
_CURVE_ERROR = 1.0  # in thousandths of the type size, below what a printer resolves
_NOT_AT_LINE_START = "”’，；：！？」』）〉》｝…—·％"
_NO_GLYPH = "〓"  # what compositors set for a character they do not have


@cache
def install() -> None:
    """Makes both weights known to ReportLab and mends its two faults with Chinese. Callers hold TURN."""
    ttfonts.makeToUnicodeCMap = _to_unicode
    paragraph.ALL_CANNOT_START = textsplit.ALL_CANNOT_START = textsplit.ALL_CANNOT_START + _NOT_AT_LINE_START
    for name in _WEIGHTS:
        pdfmetrics.registerFont(_Font(name))
        pdfmetrics.registerFontFamily(name, normal=name, bold=BOLD, italic=name, boldItalic=BOLD)


def printable(text: str) -> str:
    """`text` as it can be set: a character that the typeface lacks is told by its number, never dropped in silence."""
    known = _typeface().getBestCmap()
    return "".join(
        char if char == "\n" or ord(char) in known else _told(char) for char in text.replace("\t", " ")
    )


def _told(char: str) -> str:
    # Variation selectors and joiners choose between forms of the character before them; alone they show nothing.
    if "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or not char.isprintable():
        return ""
    return f"{_NO_GLYPH}（U+{ord(char):04X}）"


@cache
def _typeface() -> Any:
    collection = files("manimgx_fonts_cjk") / "NotoSansCJK-VF.otf.ttc"
    return TTFont(str(collection), fontNumber=_SIMPLIFIED_CHINESE, lazy=True)


class _Face(ttfonts.TTFontFace):  # type: ignore[misc]
    """One weight, with what ReportLab asks of a face; sizes in thousandths of the type size."""

    subfontNameX = b""  # noqa: N815 - the library's names, here and below
    italicAngle = 0  # noqa: N815
    stemV = 87  # noqa: N815
    flags = ttfonts.FF_SYMBOLIC

    def __init__(self, name: str) -> None:
        pdfmetrics.TypeFace.__init__(self, None)
        self.name = f"NotoSansCJKsc-{name.removeprefix('Noto-')}".encode()
        self.filename = name
        typeface = _typeface()
        self.charToGlyph = typeface.getBestCmap()
        self._glyphs = typeface.getGlyphSet(location={"wght": _WEIGHTS[name]})
        self._outlines: dict[str, Any] = {}
        head, metrics = typeface["head"], typeface["hhea"]
        self.bbox = [head.xMin, head.yMin, head.xMax, head.yMax]
        self.ascent, self.descent = metrics.ascent, metrics.descent
        self.capHeight = typeface["OS/2"].sCapHeight
        self.defaultWidth = 1000
        self.charWidths = _Widths(self._width)

    def makeSubset(self, subset: Sequence[int]) -> bytes:  # noqa: N802
        """A TrueType font whose byte codes 0, 1, 2 … show the code points of `subset`."""
        glyphs = {code: self.charToGlyph.get(code, ".notdef") for code in subset}
        order = list(dict.fromkeys([".notdef", *glyphs.values()]))
        font = FontBuilder(self._glyphs.font["head"].unitsPerEm, isTTF=True)
        font.setupGlyphOrder(order)
        font.setupGlyf({glyph: self._outline(glyph) for glyph in order})
        sidebearings = font.font["glyf"]
        font.setupHorizontalMetrics(
            {glyph: (self._advance(glyph), getattr(sidebearings[glyph], "xMin", 0)) for glyph in order}
        )
        font.setupHorizontalHeader(ascent=self.ascent, descent=self.descent)
        font.setupPost(keepGlyphNames=False)
        codes = CmapSubtable.newSubtable(6)
        codes.platformID, codes.platEncID, codes.language = 1, 0, 0
        codes.cmap = {place: glyphs[code] for place, code in enumerate(subset)}
        font.font["cmap"] = newTable("cmap")
        font.font["cmap"].tableVersion, font.font["cmap"].tables = 0, [codes]
        # The same paper has the same bytes on every day.
        font.font.recalcTimestamp = False
        font.font["head"].created = font.font["head"].modified = self._glyphs.font["head"].created
        written = BytesIO()
        font.save(written)
        return written.getvalue()

    def _width(self, code: int) -> int:
        return self._advance(self.charToGlyph.get(code, ".notdef"))

    def _advance(self, glyph: str) -> int:
        width: float = self._glyphs[glyph].width
        return round(width)

    def _outline(self, glyph: str) -> Any:
        if glyph not in self._outlines:
            pen = TTGlyphPen(None)
            self._glyphs[glyph].draw(Cu2QuPen(pen, _CURVE_ERROR, reverse_direction=True))
            self._outlines[glyph] = pen.glyph()
        return self._outlines[glyph]


class _Widths(dict[int, int]):
    """Widths by code point, found when first asked for: a paper uses some hundreds of 45,000."""

    def __init__(self, width: Callable[[int], int]) -> None:
        super().__init__()
        self._width = width

    def __missing__(self, code: int) -> int:
        self[code] = width = self._width(code)
        return width

    def get(self, code: int, _default: object = None) -> int:
        return self[code]


class _Font(ttfonts.TTFont):  # type: ignore[misc]
    def __init__(self, name: str) -> None:
        # In place of the library's own, which would read a TrueType file.
        self.fontName = name
        self.face = _Face(name)
        self.encoding = ttfonts.TTEncoding()
        self.state: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self.shapable = False
        self._asciiReadable = False


def _to_unicode(font_name: str, subset: Sequence[int]) -> str:
    """The CMap by which text is read out of a paper (ISO 32000-1, 9.10.3).

    ReportLab's own writes characters above U+FFFF as five hex digits, which no reader understands, and all entries in one
    block, of which 100 are allowed.
    """
    entries = [
        f"<{place:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>"
        for place, code in enumerate(subset)
        if code
    ]
    blocks = [entries[start : start + 100] for start in range(0, len(entries), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            f"/CIDSystemInfo << /Registry ({font_name}) /Ordering ({font_name}) /Supplement 0 >> def",
            f"/CMapName /{font_name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )
