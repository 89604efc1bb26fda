"""Who calls, how that is shown, and what they may do."""
