"""Complaints about legal services: how they come in, are handled, and end."""
