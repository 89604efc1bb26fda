"""`catalogue worker`: what is done in the background."""
