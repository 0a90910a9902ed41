"""What the three providers know of their resource types: shapes, constraints, names, ids, outputs, replacements.

Shapes and facts about values are in ``data``, one file per cloud, which ``make catalogue`` builds from the pinned SDKs
and the vendors' API models (``python -m simulator.catalogue verify`` says what is in them); no SDK is imported to read
them. What needs judgement (ids, what comes after a deletion, what replaces) stands in the hand-written tables beside
them, each row with its source. An unknown type fails closed.
"""
