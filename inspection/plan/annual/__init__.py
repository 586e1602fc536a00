"""The annual plan of inspections (年度抽查计划): drafted, published before it starts, amended by new versions."""
