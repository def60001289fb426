"""Pages that follow what happens, by pieces of themselves that come through a stream."""
