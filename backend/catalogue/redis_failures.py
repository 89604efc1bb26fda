"""What redis-py raises when Redis does not answer, or not as Redis does."""

from redis.exceptions import RedisError

REDIS_FAILURES = (RedisError, OSError, TimeoutError, RuntimeError, ValueError, TypeError)
"""uvloop raises RuntimeError for a connection that closed a moment ago; answers that are none fail in their parsing."""
