"""The way back: from a figure to its legs, cases and events, every version seen of each row, and the raw record."""
