"""How data is kept, described and discarded."""
