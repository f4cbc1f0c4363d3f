"""What the review part of the panel shows: score, category, doubts, tables, strip of slices."""

import qt

from cardiothorax.calcium.labels import PARTS
from cardiothorax.panels.status import showFlags
from cardiothorax.records import Grade

from . import words
from .slice_strip import SliceStrip
from .tables import LesionTable, ScoreTable, colorIcon

SCORE_SIZE = 1.9
"""Of the score, in sizes of other words."""


class Shown:
    """``onRow()`` is called when a lesion is chosen, ``onSlice(number)`` for a place on the strip."""

    def __init__(self, ui, onRow, onSlice):
        self.ui = ui
        self.icons = {name: colorIcon(ui.lesionTable, color) for name, color in arteryColors().items()}
        self.strip = SliceStrip(ui.sliceStrip, onSlice)
        self.scores = ScoreTable(ui.scoreTable, self.icons)
        self.lesions = LesionTable(ui.lesionTable, self.icons, onRow)
        font = qt.QFont(ui.scoreLabel.font)
        font.setPointSizeF(font.pointSizeF() * SCORE_SIZE)
        font.setBold(True)
        ui.scoreLabel.font = font

    def show(self, review, key):
        """``review`` or nothing; ``key`` is the row that is chosen."""
        ui, left = self.ui, review.proposed.lesions if review else ()
        ui.reviewSection.enabled = review is not None
        ui.scoreLabel.text = words.scoreLine(review) if review else ""
        ui.categoryLabel.text = words.categoryLine(review.result) if review else ""
        ui.proposalsLabel.text = words.proposalsLine(review) if review else ""
        for label in (ui.scoreLabel, ui.categoryLabel, ui.proposalsLabel):
            label.visible = bool(label.text)
        self._showFlags(review.result if review else None)
        ui.proposalsBox.visible = bool(left)
        self.scores.show(
            review.scores.values if review and review.edited else None,  # before, 0 would say too much
            review.proposed.values if left else None,
        )
        self.lesions.show(review.scores.lesions if review else (), left, key)
        if review is None:
            self.strip.clear()
        else:
            slices, marked = len(review.image.array), review.scores.lesions
            self.strip.show(slices, marked, left, arteryColors(), review.unmarked)

    def _showFlags(self, result):
        """Doubts stand open; notes fold away. Who edited what is told by the score itself."""
        flags = [flag for flag in result.flags if flag.code != "edited"] if result else []
        doubts = [flag for flag in flags if flag.grade is not Grade.NOTE]
        notes = [flag for flag in flags if flag.grade is Grade.NOTE]
        said = " ".join(flag.evidence for flag in flags)
        more = [note for note in (result.notes if result else ()) if note not in said]
        showFlags(self.ui.flagsColumn, doubts, ())
        showFlags(self.ui.notesColumn, notes, more)
        self.ui.flagsBox.visible = bool(doubts)
        self.ui.notesSection.visible = bool(notes or more)
        self.ui.notesSection.text = words.notes(len(notes) + len(more))


def arteryColors():
    """By short name, red, green, blue from 0 to 1."""
    from cardiothorax.scene.organs import arteries

    by_label = {organ.label: organ.color for organ in arteries()}
    return {name: by_label[code] for name, code in PARTS.items()}
