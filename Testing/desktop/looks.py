"""What a picture of a panel shows, in numbers."""

from __future__ import annotations

from collections import Counter


def lightness(picture):
    """Of the commonest color, of the lightest and of the darkest pixel: background and words."""
    colors = Counter(
        picture.pixelColor(x, y).lightness()
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
    )
    return colors.most_common(1)[0][0], max(colors), min(colors)
