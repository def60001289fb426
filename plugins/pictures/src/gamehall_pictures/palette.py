"""The colours of boards and stones, the same as on the pages."""

WOOD_LIGHT = "#e7c07f"
WOOD_DARK = "#d9a960"
LINE = "#5a3d18"
INK = "#4a3110"
LAST = "#e5433a"
WINNING = "#ffd54a"
CROSS = "#26344f"
NOUGHT = "#8e2c22"
EDGE = "#2b1a05"

# From the rim of a stone to where it shines.
STONES = {
    "black": ("#0a0a0b", "#1a1a1c", "#3c3c3f", "#77777a"),
    "white": ("#bcb5a7", "#e5e0d6", "#faf8f4", "#ffffff"),
}

# In cells: radii of stones and discs, and how wide the margin around the board is.
STONE = 0.46
DISC = 0.43
MARGIN = 0.95
