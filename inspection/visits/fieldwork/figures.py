"""The figures of fieldwork, read from fieldwork.toml; offices may change them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figures:
    """`photo_edge` in pixels, `photo_megapixels` in millions of pixels, `live_minutes` in minutes, the rest in pieces."""

    photo_edge: int
    photo_quality: float
    photo_megapixels: int
    files: int
    batch: int
    live_minutes: int
    strokes: int
    points: int
    least_points: int


FIGURES = Figures(**tomllib.loads(Path(__file__).with_name("fieldwork.toml").read_text("utf-8")))
