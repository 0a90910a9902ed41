"""Risk class, oversight and documentation of AI systems."""
