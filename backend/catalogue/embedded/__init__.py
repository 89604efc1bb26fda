"""PostgreSQL and Redis as real servers from Python wheels, for the default run and the tests.

    with EmbeddedPostgres(Path("scratch/postgres")) as postgres, EmbeddedRedis(Path("scratch/redis")) as redis:
        connect(postgres.url), connect(redis.url)

Both listen on a UNIX socket in a private directory and nowhere else, so any number of them fits on one
machine. What goes wrong is an EmbeddedServerError whose text is one line for the operator.
"""

from catalogue.embedded.errors import DirectoryInUseError, EmbeddedServerError
from catalogue.embedded.postgres import EmbeddedPostgres
from catalogue.embedded.redis import EmbeddedRedis

__all__ = ["DirectoryInUseError", "EmbeddedPostgres", "EmbeddedRedis", "EmbeddedServerError"]
