"""Counts: a domain of what was counted at a place on a day, by key or as reports without one. Its tests bring the
sources."""
