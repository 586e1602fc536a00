"""The sheet that all papers share: letterhead, Chinese type, page numbers, a QR code to the public page.

A paper is said in plain blocks and set here. Setting reads no database, so it is done after the unit of work has closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    HRFlowable,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
)

from registry.kernel import fonts
from registry.kernel.codes import CodeBeside, draw_code
from registry.kernel.fonts import BOLD, REGULAR, TURN, printable

_MARGIN = 22 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_FRAME_PADDING = 6  # ReportLab's own, on every side
_QR = 24 * mm
_LABEL_SIZE = 9
_INK, _FADED, _RULE, _ALARM = (
    HexColor("#1a1a1a"),
    HexColor("#5c6670"),
    HexColor("#c3c9cf"),
    HexColor("#a3281e"),
)


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Mark:
    """What a reader must not miss: voided, objected to."""

    text: str


@dataclass(frozen=True)
class Steps:
    """Numbered."""

    steps: Sequence[str]


@dataclass(frozen=True)
class Facts:
    """Label and value by line; an empty value is left blank."""

    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """`widths` in shares of the line; the headings come again on every page."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


@dataclass(frozen=True)
class Drawn:
    """A name as it was drawn on a screen: `strokes` are lists of points in a field 1000 wide and `height` high, from its
    upper left corner."""

    strokes: Sequence[Sequence[Sequence[int]]]
    height: int


@dataclass(frozen=True)
class Signatures:
    """A line to sign on for each of these, two beside each other, kept together on one page.

    By the place of the label `drawn` has what was signed already. All the others are signature fields (ISO 32000-1,
    12.7.4.5) too, for whoever signs the file itself.
    """

    labels: Sequence[str]
    drawn: Sequence[Drawn | None] = ()


@dataclass(frozen=True)
class Seal:
    """Who says so and on what day, over a signature field named `SEAL`, which registry.kernel.sealing fills."""

    name: str
    day: str


SEAL = "seal"


@dataclass(frozen=True)
class Code:
    """A QR code of its own that leads to `address`, which may be long; `words` stand beside it."""

    address: str = field(repr=False)
    words: str


Block = Heading | Text | Mark | Steps | Facts | Table | Signatures | Seal | Code


@dataclass(frozen=True)
class Paper:
    """`name` stands in the file's own description and must name nobody; `address` is the public page of the same."""

    title: str
    name: str
    bureau: str
    address: str
    blocks: Sequence[Block] = field(repr=False)


def typeset(paper: Paper) -> bytes:
    """The paper as PDF (A4). The same paper gives the same bytes."""
    written = BytesIO()
    with TURN:
        fonts.install()
        document = SimpleDocTemplate(
            written,
            pagesize=A4,
            leftMargin=_MARGIN - _FRAME_PADDING,
            rightMargin=_MARGIN - _FRAME_PADDING,
            topMargin=21 * mm,
            bottomMargin=22 * mm,
            title=paper.name,
            author=paper.bureau,
            subject=paper.title,
            creator="legalcredit",
            lang="zh-CN",
            initialFontName=REGULAR,
            invariant=1,
        )
        story = [_Letterhead(paper), *(piece for block in paper.blocks for piece in _set(block))]
        document.build(story, canvasmaker=lambda *args, **options: _Pages(paper, *args, **options))
    return written.getvalue()


class _Pages(Canvas):  # type: ignore[misc]
    """Keeps its pages until the last one is known, because each tells how many there are."""

    def __init__(self, paper: Paper, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._paper = paper
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - the library's name
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._kept, start=1):
            self.__dict__.update(page)
            self._edge(number, len(self._kept))
            super().showPage()
        super().save()

    def _edge(self, number: int, of: int) -> None:
        left, right = _MARGIN, A4[0] - _MARGIN
        self.setFillColor(_FADED)
        self.setStrokeColor(_RULE)
        self.setLineWidth(0.5)
        self.setFont(REGULAR, 8.5)
        if number > 1:
            self.drawString(left, A4[1] - 14 * mm, printable(self._paper.bureau))
            self.drawRightString(right, A4[1] - 14 * mm, printable(self._paper.title))
            self.line(left, A4[1] - 16 * mm, right, A4[1] - 16 * mm)
        self.line(left, 16 * mm, right, 16 * mm)
        self.drawString(left, 11.5 * mm, printable(self._paper.address))
        self.drawRightString(right, 11.5 * mm, f"第 {number} 页 共 {of} 页")


class _Letterhead(Flowable):  # type: ignore[misc]
    """The bureau and the paper's title, with the QR code beside them."""

    def __init__(self, paper: Paper) -> None:
        super().__init__()
        self.width, self.height = _WIDTH, _QR + 9 * mm
        self._paper = paper

    def draw(self) -> None:
        canvas = self.canv
        canvas.setFillColor(_INK)
        canvas.setFont(REGULAR, 12)
        canvas.drawString(0, self.height - 8 * mm, printable(self._paper.bureau))
        canvas.setFont(BOLD, 24)
        canvas.drawString(0, self.height - 20 * mm, printable(self._paper.title))
        canvas.setStrokeColor(_INK)
        canvas.setLineWidth(1.2)
        canvas.line(0, 4 * mm, _WIDTH, 4 * mm)
        self._code(_WIDTH - _QR, self.height - _QR)

    def _code(self, left: float, bottom: float) -> None:
        draw_code(self.canv, self._paper.address, (left, bottom, _QR), error="m")


class _Signatures(Flowable):  # type: ignore[misc]
    """Lines long enough for a name by hand, far enough apart for a seal."""

    _ROW = 13 * mm

    def __init__(self, signatures: Signatures) -> None:
        super().__init__()
        self._signatures = signatures
        self.width, self.height = _WIDTH, self._ROW * ((len(signatures.labels) + 1) // 2)

    def draw(self) -> None:
        canvas, half = self.canv, _WIDTH / 2
        canvas.setFont(REGULAR, 10)
        canvas.setFillColor(_INK)
        canvas.setStrokeColor(_INK)
        drawn = dict(enumerate(self._signatures.drawn))
        for place, label in enumerate(self._signatures.labels):
            left, base = half * (place % 2), self.height - self._ROW * (place // 2) - 10 * mm
            text = printable(f"{label}：")
            canvas.drawString(left, base, text)
            start, end = left + stringWidth(text, REGULAR, 10) + 1 * mm, left + half - 6 * mm
            canvas.setLineWidth(0.6)
            canvas.line(start, base - 1 * mm, end, base - 1 * mm)
            if (signed := drawn.get(place)) is not None:
                self._strokes(signed, start, base - 1 * mm, end - start)
            else:
                name = f"{len(canvas.acroForm.fields) + 1} {label}"
                _signature_field(canvas, name, label, (start, base - 1 * mm, end - start, self._ROW - 3 * mm))

    def _strokes(self, signed: Drawn, left: float, bottom: float, room: float) -> None:
        scale = min(room / 1000, (self._ROW - 2 * mm) / signed.height)
        path = self.canv.beginPath()
        for stroke in signed.strokes:
            for number, (x, y, *_) in enumerate(stroke):
                go = path.lineTo if number else path.moveTo
                go(left + x * scale, bottom + (signed.height - y) * scale)
        self.canv.setLineWidth(0.9)
        self.canv.setLineJoin(1)
        self.canv.drawPath(path)


class _Seal(Flowable):  # type: ignore[misc]
    """Name and day at the right, as an office ends a letter, with the seal over them."""

    _SIZE = 42 * mm

    def __init__(self, seal: Seal) -> None:
        super().__init__()
        self._seal = seal
        self.width, self.height = _WIDTH, self._SIZE + 4 * mm

    def draw(self) -> None:
        canvas, centre = self.canv, _WIDTH - self._SIZE * 0.75
        canvas.setFont(REGULAR, 11)
        canvas.setFillColor(_INK)
        canvas.drawCentredString(centre, self.height / 2 + 1 * mm, printable(self._seal.name))
        canvas.drawCentredString(centre, self.height / 2 - 7 * mm, printable(self._seal.day))
        _signature_field(canvas, SEAL, "印章", (centre - self._SIZE / 2, 2 * mm, self._SIZE, self._SIZE))


def _signature_field(canvas: Any, name: str, label: str, box: tuple[float, float, float, float]) -> None:
    """The library has fields of all kinds but this one; an empty one is its dictionary alone."""
    left, bottom, width, height = box
    x, y = canvas.absolutePosition(left, bottom)
    form = canvas.acroForm
    field_ = PDFDictionary(
        {
            "Type": PDFName("Annot"),
            "Subtype": PDFName("Widget"),
            "FT": PDFName("Sig"),
            "T": PDFString(name),
            "TU": PDFString(label),
            "Rect": PDFArray((x, y, x + width, y + height)),
            "F": 4,
        }
    )
    canvas._addAnnotation(field_)
    form.fields.append(form.getRef(field_))


def _style(name: str, size: float = 10, *, font: str = REGULAR, colour: Color = _INK, **more: Any) -> Any:
    return ParagraphStyle(
        name,
        fontName=font,
        fontSize=size,
        leading=size * 1.6,
        textColor=colour,
        bulletFontName=REGULAR,
        bulletFontSize=size,
        bulletColor=_FADED,
        wordWrap="CJK",
        **more,
    )


_HEADING = _style("heading", 13, font=BOLD, spaceBefore=5 * mm, spaceAfter=2 * mm)
_TEXT = _style("text", spaceAfter=1.5 * mm)
_STEP = _style("step", leftIndent=6 * mm, spaceAfter=1 * mm)
_MARKED = _style(
    "marked", font=BOLD, colour=_ALARM, borderColor=_ALARM, borderWidth=0.8, borderPadding=6, spaceBefore=2 * mm,
    spaceAfter=5 * mm, leftIndent=6, rightIndent=6,
)  # fmt: skip
_CELL = _style("cell", 9)
_COLUMN = _style("column", 9, colour=_FADED)


def _paragraph(text: str, style: Any, bullet: str | None = None) -> Any:
    return Paragraph(
        escape(printable(text)).replace("\n", "<br/>"), style, bulletText=bullet and printable(bullet)
    )


def _set(block: Block) -> list[Any]:
    match block:
        case Heading(text):
            # A heading takes some lines along; kept together with its table, it would leave half a page empty.
            return [CondPageBreak(32 * mm), _paragraph(text, _HEADING)]
        case Text(text):
            return [_paragraph(text, _TEXT)]
        case Mark(text):
            return [_paragraph(text, _MARKED)]
        case Steps(steps):
            return [_paragraph(step, _STEP, f"{number}.") for number, step in enumerate(steps, start=1)]
        case Facts(facts):
            style = _labelled([label for label, _ in facts])
            return [
                piece
                for label, value in facts
                for piece in (
                    _paragraph(value or "—", style, label),
                    HRFlowable(width="100%", thickness=0.3, color=_RULE, spaceBefore=0, spaceAfter=0),
                )
            ]
        case Table():
            return [_table(block), Spacer(0, 2 * mm)]
        case Signatures():
            return [_Signatures(block)]
        case Seal():
            return [_Seal(block)]
        case Code():
            return [CodeBeside(block.address, _paragraph(block.words, _TEXT), _WIDTH), Spacer(0, 2 * mm)]


def _labelled(labels: Sequence[str]) -> Any:
    """Values of one block stand under each other, behind the longest label."""
    widest = max((stringWidth(printable(label), REGULAR, _LABEL_SIZE) for label in labels), default=0)
    indent = min(max(widest + 4 * mm, 32 * mm), 58 * mm)
    style = _style("labelled", leftIndent=indent, spaceBefore=1.2 * mm, spaceAfter=1.2 * mm)
    style.bulletFontSize = _LABEL_SIZE
    return style


def _table(block: Table) -> Any:
    cells = [[_paragraph(text, _COLUMN) for text in block.headings]]
    cells += [[_paragraph(text, _CELL) for text in row] for row in block.rows]
    share = _WIDTH / sum(block.widths)
    return LongTable(
        cells,
        colWidths=[share * width for width in block.widths],
        repeatRows=1,
        style=[
            ("FONTNAME", (0, 0), (-1, -1), REGULAR),
            ("LINEABOVE", (0, 0), (-1, 0), 0.8, _INK),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, _RULE),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ],
    )
