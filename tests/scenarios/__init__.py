"""Walks through the desktop client with everything that can go wrong: by itself with a real mouse, or by hand."""
