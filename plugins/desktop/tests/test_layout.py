"""Where the parts of the window are."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gamehall_desktop.state.layout import LEAST_HEIGHT, LEAST_WIDTH, Box, arrange, stacked, within

WIDTHS, HEIGHTS = st.integers(LEAST_WIDTH, 3840), st.integers(LEAST_HEIGHT, 2160)
SCALES = st.sampled_from([0.75, 0.9, 1.0, 1.25, 1.5, 2.0])


def inside(inner: Box, width: int, height: int) -> bool:
    return (
        inner.x >= 0
        and inner.y >= 0
        and inner.width > 0
        and inner.height > 0
        and inner.x + inner.width <= width
        and inner.y + inner.height <= height
    )


@given(WIDTHS, HEIGHTS, SCALES, st.integers(0, 120))
def test_nothing_leaves_the_window_and_nothing_lies_on_another(
    width: int, height: int, scale: float, banner: int
) -> None:
    frame = arrange(width, height, scale, banner)
    assert all(inside(box, width, height) for box in frame)
    assert frame.room.y >= frame.bar.height + banner
    board, side = frame.board, frame.side
    assert board.x + board.width <= side.x or board.y + board.height <= side.y
    # The board gets what there is: neither place of the rest would leave it much more.
    assert min(board.width, board.height) >= 0.4 * min(frame.room.width, frame.room.height)


def test_the_rest_is_beside_a_board_in_wide_windows_and_below_in_tall_ones() -> None:
    wide, tall = arrange(1120, 780), arrange(700, 860)
    assert wide.side.x > wide.board.x
    assert wide.board.height == wide.room.height
    assert tall.side.y > tall.board.y
    assert tall.board.width == tall.room.width


@given(st.lists(st.integers(20, 200), max_size=6), WIDTHS, HEIGHTS)
def test_toasts_stand_one_above_the_other(heights: list[int], width: int, height: int) -> None:
    boxes = stacked(heights, 340, (width, height), 10)
    assert all(inside(box, width, height) for box in boxes)
    assert all(upper.y + upper.height < lower.y for lower, upper in pairwise(boxes))


@given(st.integers(1, 4000), st.integers(1, 4000))
def test_a_dialog_is_cut_to_the_window(width: int, height: int) -> None:
    assert inside(within((width, height), Box(0, 0, 480, 420)), 480, 420)
