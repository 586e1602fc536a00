"""公开渠道: where and when a release was published, the site itself and everything beside it."""
