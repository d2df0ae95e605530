"""Remarks that stand in no one's way: where a curve or another word is under one, it moves to the nearest free place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

ACROSS, UP = 24, 20  # places that are tried
GAPS = (0.7, 0.25)  # of the letters' height, round a remark: where there is room, and at least


def settle(fig: Figure, axes: Any, remarks: Sequence[Text]) -> None:
    """Move each remark that touches something to the free place that is nearest to its own; where there is none it stays."""
    fig.draw_without_rendering()
    canvas: Any = fig.canvas
    renderer = canvas.get_renderer()
    points = [point for line in axes.get_lines() for point in _pixels(line)]
    words: list[Any] = fig.findobj(lambda a: hasattr(a, "get_fontsize"))
    fixed = [t for t in words if t.get_text() and t not in remarks]
    boxes = [t.get_window_extent(renderer) for t in fixed] + [b.get_window_extent(renderer) for b in axes.patches]
    for remark in remarks:
        box = remark.get_window_extent(renderer)
        free = [gap * float(remark.get_fontsize()) * fig.dpi / 72 for gap in GAPS]
        tried = ((p, gap) for gap in free for p in _places(axes.bbox, box))
        place = next((p for p, gap in tried if _is_free(_padded(*p, box, gap), points, boxes)), None)
        if place is not None and place != (box.x0, box.y0):
            x, y = remark.get_position()
            at = axes.transData.transform((x, y))
            moved = (at[0] + place[0] - box.x0, at[1] + place[1] - box.y0)
            remark.set_position(axes.transData.inverted().transform(moved))
        boxes.append(remark.get_window_extent(renderer))


def _places(room: Any, box: Any) -> Iterator[tuple[float, float]]:
    """Left lower corners: the remark's own place where that is within the axes, then others, the nearest first."""
    if box.x0 >= room.x0 and box.x1 <= room.x1 and box.y0 >= room.y0 and box.y1 <= room.y1:
        yield box.x0, box.y0
    wide, high = room.width - box.width, room.height - box.height
    if wide < 0 or high < 0:
        return
    grid = [(room.x0 + wide * i / ACROSS, room.y0 + high * k / UP) for i in range(ACROSS + 1) for k in range(UP + 1)]
    yield from sorted(grid, key=lambda p: (p[0] - box.x0) ** 2 + 2 * (p[1] - box.y0) ** 2)


def _padded(x: float, y: float, box: Any, free: float) -> tuple[float, float, float, float]:
    return x - free, y - free, x + box.width + free, y + box.height + free


def _is_free(
    place: tuple[float, float, float, float], points: Sequence[tuple[float, float]], boxes: Sequence[Any]
) -> bool:
    x0, y0, x1, y1 = place
    if any(x0 < b.x1 and b.x0 < x1 and y0 < b.y1 and b.y0 < y1 for b in boxes):
        return False
    return not any(x0 <= x <= x1 and y0 <= y <= y1 for x, y in points)


def _pixels(line: Any) -> Iterator[tuple[float, float]]:
    """A line as points a few pixels apart."""
    pairs = line.get_transform().transform(list(zip(*line.get_data(), strict=True)))
    if len(pairs) == 1:  # a marker
        half = line.get_markersize() * 0.7
        (x, y) = pairs[0]
        yield from ((x + i * half, y + j * half) for i in (-1, 0, 1) for j in (-1, 0, 1))
    for (x0, y0), (x1, y1) in pairwise(pairs):
        steps = max(1, int(max(abs(x1 - x0), abs(y1 - y0)) / 6))
        yield from ((x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps) for i in range(steps + 1))
