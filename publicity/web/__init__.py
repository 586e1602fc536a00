"""Pages and programs' endpoints of publicity."""
