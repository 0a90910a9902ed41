"""Who can reach what over a network."""
