"""What Kith is and what it can do."""
