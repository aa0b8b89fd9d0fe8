"""What becomes of a record, as codes: those of every suite, and of a record that could not be read."""

OUTCOMES = ("curated", "superseded", "duplicate", "excluded", "quarantined", "dead_letter")
CURATED, SUPERSEDED, DUPLICATE, EXCLUDED, QUARANTINED, DEAD_LETTER = range(6)
