"""The response cache: keys, epochs, a tier in the worker, a tier in Redis, single flight, warm-up (docs/caching.md)."""
