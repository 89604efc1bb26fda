"""What the cache promises, measured on real server processes (docs/caching.md)."""
