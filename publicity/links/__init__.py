"""The nightly check of the site's own links, and the addresses that it offers to search engines."""
