"""What Kith can explain: an article a test in our own plain words, found by its key or by a question."""
