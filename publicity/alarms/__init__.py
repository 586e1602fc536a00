"""What is amiss with the feed and with what runs by itself: raised once, told by mail and webhook, and told again when over."""
