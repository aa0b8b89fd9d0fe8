"""Rides: a domain of two tables and one mart, as small as one can be."""
