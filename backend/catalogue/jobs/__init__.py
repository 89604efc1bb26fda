"""The queue of what is done in the background, kept in PostgreSQL by pgqueuer (docs/decisions/0010-job-queue.md)."""
