"""Published questions asked word for word, with permission, one at a time; each can be passed over."""
