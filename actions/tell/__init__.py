"""The story: listening, one question at a time, each can be skipped."""
