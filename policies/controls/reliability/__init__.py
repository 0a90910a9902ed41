"""What keeps serving and data alive."""
