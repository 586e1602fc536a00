"""Complaints and tips that the public sends in through the site, and what became of them."""
