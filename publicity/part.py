"""What publicity contributes."""

from registry.kernel.part import Part
from registry.kernel.store import Base

PART = Part(
    name="publicity",
    tables=tuple(table for table in Base.metadata.sorted_tables if table.name.startswith("pub_")),
)
