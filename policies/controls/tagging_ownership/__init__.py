"""Whose a resource is."""
