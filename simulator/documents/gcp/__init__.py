"""Grammars of documents on Google Cloud."""
