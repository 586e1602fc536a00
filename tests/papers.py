"""Reads papers as their readers do."""

from io import BytesIO

from pypdf import PdfReader


def pages(pdf: bytes) -> list[str]:
    """The text of every page, without the breaks of its lines."""
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def unembedded(pdf: bytes) -> set[str]:
    """The names of fonts that the paper only names, so that every reader shows another or none."""
    missing = set()
    for page in PdfReader(BytesIO(pdf)).pages:
        for font in page.get("/Resources", {}).get("/Font", {}).values():
            descriptor = font.get_object().get("/FontDescriptor", {})
            if "/FontFile2" not in descriptor:
                missing.add(str(font.get_object()["/BaseFont"]))
    return missing


def described(pdf: bytes) -> dict[str, str]:
    """What the file says of itself."""
    return {name: str(text) for name, text in (PdfReader(BytesIO(pdf)).metadata or {}).items()}
