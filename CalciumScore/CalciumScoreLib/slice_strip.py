"""A strip of all slices, feet at the left: where calcium is, where the views are; a click goes there."""

import qt

from cardiothorax.calcium.labels import PARTS

from .tables import shade

HEIGHT_PX = 26
NARROWEST_PX = 200
PENDING_ALPHA = 0.45
"""Proposals are paler than what counts."""
UNMARKED = (0.6, 0.6, 0.6)
"""Gray in either theme."""


class SliceStrip(qt.QObject):
    """Draws into ``label``. ``onSlice(number)`` is called with the slice that was clicked, from 0."""

    def __init__(self, label, onSlice):
        qt.QObject.__init__(self)
        self._label = label
        self._onSlice = onSlice
        self._slices = 0
        self._marks = []
        self._unmarked = ()
        self._here = None
        label.setMinimumSize(NARROWEST_PX, HEIGHT_PX)
        label.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Fixed)
        label.installEventFilter(self)
        label.visible = False

    def show(self, slices, lesions, pending, colors, unmarked=()):
        """``lesions`` and ``pending`` of the result; ``colors`` by artery, 0 to 1; ``unmarked`` are first and
        last slice of candidates that nobody has given to an artery."""
        self._slices = slices
        self._unmarked = unmarked
        rows = {name: row for row, name in enumerate(PARTS)}
        self._marks = [
            (lesion.first_slice, lesion.last_slice, rows[lesion.artery], colors[lesion.artery], alpha)
            for found, alpha in ((pending, PENDING_ALPHA), (lesions, 1.0))
            for lesion in found
        ]
        self._label.visible = slices > 0
        self._draw()

    def moveTo(self, number):
        """The slice that the views show; ``None`` outside."""
        if number != self._here:
            self._here = number
            self._draw()

    def clear(self):
        self.show(0, (), (), {})

    def sliceAt(self, x):
        """From 0, of a place counted from the strip's left."""
        width = max(1, self._width())
        return min(max(int(x * self._slices / width), 0), self._slices - 1)

    def placeOf(self, number):
        """Left and right end of a slice on the strip."""
        return (self._width() * number / self._slices, self._width() * (number + 1) / self._slices)

    def eventFilter(self, watched, event):
        kind = event.type()
        if kind == qt.QEvent.MouseButtonPress and self._slices:
            self._onSlice(self.sliceAt(event.pos().x()))
            return True
        if kind == qt.QEvent.Resize:
            self._draw()
        return False

    def _width(self):
        return self._label.width

    def _draw(self):
        if not self._slices:
            return
        palette = self._label.palette
        picture = qt.QPixmap(max(NARROWEST_PX, self._width()), HEIGHT_PX)
        picture.fill(palette.base().color())
        painter = qt.QPainter(picture)
        tall, step = HEIGHT_PX / len(PARTS), self._width() / self._slices
        for first, last in self._unmarked:
            left, wide = round(first * step), max(2, round((last + 1) * step) - round(first * step))
            painter.fillRect(left, 0, wide, HEIGHT_PX, shade(self._label, UNMARKED, PENDING_ALPHA))
        for first, last, row, color, alpha in self._marks:
            left, right = first * step, (last + 1) * step
            wide = max(2, round(right - left))
            painter.fillRect(
                round(left), round(row * tall), wide, max(3, round(tall)), shade(self._label, color, alpha)
            )
        if self._here is not None:
            left, right = self.placeOf(self._here)
            painter.setPen(palette.highlight().color())
            painter.drawRect(round(left), 0, max(2, round(right - left)), HEIGHT_PX - 1)
        painter.end()
        self._label.setPixmap(picture)
