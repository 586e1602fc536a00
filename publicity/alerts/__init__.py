"""Whoever follows a list, a person, a firm or a search is told by mail what became public there, if they asked for it."""
