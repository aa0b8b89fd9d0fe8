"""Raw files -> landing."""
