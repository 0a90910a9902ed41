"""Grammars of documents in properties: policies, state machines, pipelines, dashboards, filters, role names.

A catalogue knows that ``policy`` is a string; the cloud knows that it is an IAM policy and refuses a bad one. The
modules here say what the clouds say about such text, from the vendors' pages. :mod:`simulator.documents.table` names
every document that is checked, and every one that is not with the reason.

Not done: KQL and SQL are not parsed, images, metrics and data sets that a document names are not looked up, and
permissions are not evaluated.
"""
