"""The command line of the registry: an edge, like the web."""
