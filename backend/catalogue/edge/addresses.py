"""Where the API stands."""

API_PREFIX = "/api/v1"
