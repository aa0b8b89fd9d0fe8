"""What each command does; the facts of it."""
