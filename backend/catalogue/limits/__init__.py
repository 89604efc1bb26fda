"""Rate limits by caller or address and class of request."""
