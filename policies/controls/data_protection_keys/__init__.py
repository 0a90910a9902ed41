"""Encryption with customer keys, versions and the life of keys and secrets."""
