"""Evidence that cannot be altered."""
