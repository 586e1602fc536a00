"""What the office is graded on: the figures of its permits and penalties with the platforms, and the monthly return."""
