"""Who exists: organisations, practitioners, licences; and the intake of files."""
