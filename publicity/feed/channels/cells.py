"""Cells as a platform's tables hold them: text, or days and numbers where its columns say so. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Column, Date, DateTime, Numeric


class Unfit(Exception):
    """A table that lacks what is to be written into it; the text says what."""


def same(held: Mapping[str, Any], told: Mapping[str, str]) -> bool:
    """Whether a row, without what the platform added to it, holds exactly these cells; a number may have fewer or more places
    there."""
    filled = {name: written(value) for name, value in held.items() if value not in (None, "")}
    return filled.keys() == told.keys() and all(alike(filled[name], told[name]) for name in filled)


def fitting(column: Column[Any], value: Any) -> Any:
    """A cell as its column takes it: platforms have tables of text, and tables with days and numbers."""
    if not isinstance(value, str):
        return value
    try:
        if isinstance(column.type, DateTime):
            return datetime.strptime(value, "%Y/%m/%d")  # noqa: DTZ007 — the platform's own days
        if isinstance(column.type, Date):
            return date.fromisoformat(value.replace("/", "-"))
        if isinstance(column.type, Numeric):
            return Decimal(value)
    except (ValueError, InvalidOperation) as error:
        raise Unfit(f"列 {column.name} 不能存放“{value[:40]}”") from error
    return value


def written(value: Any) -> str:
    """A cell as the standard writes it."""
    if isinstance(value, date):
        return f"{value:%Y/%m/%d}"
    return format(value, "f") if isinstance(value, Decimal) else str(value).strip()


def alike(held: str, told: str) -> bool:
    """Whether a platform's cell says what it was told: a number in fewer or more places, a day with other strokes."""
    if held.strip().replace("-", "/") == told.strip().replace("-", "/"):
        return True
    try:
        return Decimal(held) == Decimal(told)
    except InvalidOperation:
        return False
