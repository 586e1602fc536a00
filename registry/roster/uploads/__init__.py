"""Files that people hand in at the browser: staged, looked at, previewed, and stored exactly as previewed."""
