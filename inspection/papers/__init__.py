"""What an inspection hands out on paper."""
