"""What is done to a lake by hand."""
