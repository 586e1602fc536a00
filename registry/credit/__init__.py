"""What happened: credit events, their catalogue and the double-publicity standard."""
