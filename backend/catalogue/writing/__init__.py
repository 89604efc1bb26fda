"""Writing, the same for every resource: declarations, preconditions, idempotency keys, answers."""
