"""`catalogue run`: everything a person needs to try the API, started in order and stopped in order."""
