"""Pages and JSON of inspections."""
