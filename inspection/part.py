"""What inspections contribute."""

from registry.kernel.part import Part
from registry.kernel.store import Base

PART = Part(
    name="inspection",
    tables=tuple(table for table in Base.metadata.sorted_tables if table.name.startswith("insp_")),
)
