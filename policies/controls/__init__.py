"""The catalogue: one module per control, one package per group. Found by `policies.registry`."""
