"""Alembic's environment: runs on the connection, and compares with the tables, that `registry.migrations` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator


def _column_type(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """A revision names the plain type under ours, so that it still runs when our class has changed or gone."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=True,
    render_item=_column_type,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
