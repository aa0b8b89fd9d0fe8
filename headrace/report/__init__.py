"""Pages to look at: pictures first, tables under them, everything in one file."""
