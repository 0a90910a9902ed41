"""Reusable components: one per capability, the same options and outputs on three clouds.

Capabilities are imported from their own packages (``components.storage``); :mod:`components.capabilities` lists them.
"""
