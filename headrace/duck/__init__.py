"""Releases read with DuckDB."""
