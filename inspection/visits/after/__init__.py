"""What follows a visit: review, publication, rectification and re-check, hand-over, statistics, the annual report."""
