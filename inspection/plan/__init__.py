"""What may be inspected, whom it covers, and the frozen population of one draw."""
