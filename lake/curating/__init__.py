"""What curating a table has to do, and the counts and limits of it."""
