"""What the public takes home on paper."""
