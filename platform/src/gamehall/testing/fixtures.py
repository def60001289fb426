"""The pytest plugin of the host: pytest loads it wherever the host is installed, so it imports next to nothing."""
