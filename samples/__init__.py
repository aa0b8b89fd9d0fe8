"""Made-up raw data with a known truth: what the suite should have done with every record."""
