"""What a raw file looks like to landing, before any source is written for it."""
