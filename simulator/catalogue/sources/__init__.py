"""Where the catalogue's facts come from: the SDKs and the vendors' own API models. Used by the builder only."""
