"""The command line of publicity."""
