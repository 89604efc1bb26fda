"""Whether the program lives, can answer, and how its dependencies are."""
