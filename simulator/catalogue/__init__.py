"""What the three providers know of their resource types: shapes, names, ids, outputs and what forces a replacement.

Shapes are read from the installed SDKs; the facts the SDKs do not carry are data tables beside them, each row with its
source. An unknown type fails closed.
"""
