"""What the registry contributes. Alone it is a working application."""

from registry.kernel.part import Part
from registry.kernel.store import Base

PART = Part(
    name="registry",
    tables=tuple(table for table in Base.metadata.sorted_tables if table.name.startswith("reg_")),
)
