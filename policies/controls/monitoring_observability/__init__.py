"""What is seen of models and platforms at work."""
