"""Where objects lie: a folder, or a prefix of a bucket."""
