"""Games as files: written, proven, and read."""
