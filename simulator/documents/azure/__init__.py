"""Grammars of documents on Azure."""
