"""What keeps spending within bounds."""
