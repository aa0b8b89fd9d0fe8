"""How fast Headrace is, beside the same job as a user of DuckDB, polars or pandas would write it."""
