"""A first look at a Redis of the operator's own."""

import click

from catalogue.running.addresses import host_of
from catalogue.running.errors import OperatorError

_SECONDS = 2


def check_redis(redis_url: str) -> None:
    """Warn when Redis does not answer, or would not when it is full: without it the API works, only slower.

    Raises:
        OperatorError: Redis answers and refuses, or the address cannot be read: that will not mend itself.
    """
    import redis  # noqa: PLC0415 - slow to import, and needed with an own REDIS_URL only

    place = host_of(redis_url)
    try:
        with redis.Redis.from_url(
            redis_url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS, retry=None
        ) as client:
            client.ping()
            memory = client.info("memory")
        if int(memory.get("maxmemory", 0)) and memory.get("maxmemory_policy") == "noeviction":
            click.echo(
                f"Warning: Redis at {place} refuses new answers once it is full; set its maxmemory-policy to allkeys-lru.",
                err=True,
            )
    except redis.AuthenticationError as error:
        raise OperatorError(f"Redis at {place} refused the user or password in REDIS_URL.") from error
    except (redis.ConnectionError, redis.TimeoutError, OSError):
        click.echo(f"Warning: Redis at {place} does not answer; going on without a shared cache.", err=True)
    except (redis.RedisError, ValueError) as error:
        raise OperatorError(f"REDIS_URL is not usable: {error}.") from error
