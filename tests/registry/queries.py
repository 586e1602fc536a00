"""What a page asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that the engine executes meanwhile, without those that begin and end transactions."""
    executed: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            executed.append(statement)

    event.listen(engine, "before_cursor_execute", heard)
    try:
        yield executed
    finally:
        event.remove(engine, "before_cursor_execute", heard)
