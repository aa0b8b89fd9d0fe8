"""One run: its arguments, its manifest, what it stands on."""
