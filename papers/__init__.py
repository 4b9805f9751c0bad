"""Reads a photo or a PDF of a lab report into words: bytes in, text out, nothing kept, nothing judged."""
