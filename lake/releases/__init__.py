"""Snapshots of tables, and the releases that name them."""
