"""The same job by other libraries. They share nothing with Headrace."""
