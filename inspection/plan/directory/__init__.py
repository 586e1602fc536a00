"""The directory of inspectors (检查人员名录): particulars and their changes, leave, recusals."""
