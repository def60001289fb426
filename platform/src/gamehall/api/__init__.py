"""The hall's own JSON API, below /api/v1. Plugins add theirs beside it."""
