"""Grammars of documents on Amazon Web Services."""
