"""Calls: a domain whose requests have no id, and whose streets are derived from them."""
