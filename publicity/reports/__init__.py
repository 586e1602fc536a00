"""What the public tells the office about errors in what it shows, and what the office answered."""
