"""Versioned, approved, traceable models and images."""
