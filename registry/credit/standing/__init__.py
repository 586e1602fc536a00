"""Standing: the grade that a dated rule set makes of somebody's events, with a reason for each of them."""
