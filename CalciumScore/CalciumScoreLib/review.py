"""The review part of the panel: clicks, keys and tables; one user action is one step."""

import qt

from cardiothorax.calcium.labels import LAD, LCX, LM, OTHER, RCA
from cardiothorax.records.signing import OwnEdits

from . import words
from .shown import Shown
from .slice_clicks import SliceClicks
from .tools import Tools
from .views import Views

ARTERIES = {"lad": LAD, "lcx": LCX, "rca": RCA, "lm": LM, "other": OTHER}
"""In the order of the buttons."""
KEYS = ("1", "2", "3", "4", "0", "5")
AS_PROPOSED = "proposed"
FLUSH_DELAY_MS = 250
"""Text and tables of the scene follow when the reader's hand rests."""


class ReviewPanel:
    """``onChanged(review)`` is called after every step; a refused one is said in the status line."""

    def __init__(self, ui, status, onChanged):
        self.ui = ui
        self.status = status
        self.review = None
        self._onChanged = onChanged
        self._parameters = None
        self._own = OwnEdits()
        self._active = "lad"
        self._flushTimer = qt.QTimer()
        self._flushTimer.setSingleShot(True)
        self._flushTimer.interval = FLUSH_DELAY_MS
        self._flushTimer.connect("timeout()", self._flush)
        self.tools = Tools(ui, self)
        self.views = Views(self._onViewMoved)
        self.shown = Shown(ui, self._onRow, self.goToSlice)
        self.clicks = SliceClicks(self.click, lambda: self.review is not None and self.tools.idle)
        self._setUpButtons()
        self.show()

    def _setUpButtons(self):
        ui = self.ui
        for name in ARTERIES:
            button = self._button(name)
            button.setIcon(self.shown.icons[name])
            button.setToolButtonStyle(qt.Qt.ToolButtonTextBesideIcon)
            button.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Fixed)
        for name in (*ARTERIES, AS_PROPOSED):
            self._button(name).connect("clicked()", lambda name=name: self.choose(name))
        for button, function in (
            (ui.undoButton, self.undo), (ui.redoButton, self.redo), (ui.resetButton, self.reset),
            (ui.previousButton, self.previous), (ui.nextButton, self.next), (ui.removeButton, self.remove),
            (ui.acceptButton, self.accept), (ui.acceptAllButton, self.acceptAll),
            (ui.noneButton, self.confirmNone),
        ):  # fmt: skip
            button.connect("clicked()", function)
        ui.lesionsCheckBox.connect("toggled(bool)", self._showLesions)

    def _button(self, name):
        return getattr(self.ui, f"{name}Button")

    def keys(self):
        named = zip(KEYS, (*ARTERIES, AS_PROPOSED), strict=True)
        return {
            **{key: (lambda name=name: self.choose(name)) for key, name in named},
            "A": self.accept,
            "Shift+A": self.acceptAll,
            "Del": self.remove,
            "N": self.next,
            "Shift+N": self.previous,
            "X": self.tools.toggleCut,
            "S": self.tools.split,
            "Esc": self.tools.dropEffect,
            "C": self.ui.candidatesCheckBox.toggle,
            "V": self.ui.surfacesCheckBox.toggle,
            "Ctrl+Shift+H": self.ui.lesionsCheckBox.toggle,
            "Ctrl+Z": self.undo,
            "Ctrl+Shift+Z": self.redo,
            "Ctrl+Shift+R": self.reset,
        }

    # What is under review

    def open(self, review):
        """Take up a score that is in the scene; ``None`` puts the one in hand down."""
        self.settle()
        self.review = review
        self.tools.open(review)
        if review is not None:
            self.views.present(review)
            self.ui.lesionsCheckBox.checked = True
            self.choose(AS_PROPOSED if review.proposed.lesions else self._artery())
        self.followParameters()
        self.show()
        if review is not None and review.proposed.lesions:
            self.next()

    def _artery(self):
        return self._active if self._active != AS_PROPOSED else "lad"

    def settle(self):
        """Follow what was changed in the last fraction of a second, before anything else happens."""
        self.tools.settle()
        self._flush()

    def forget(self):
        """Put it down without another look: the scene is being closed."""
        self.tools.stop()
        self._flushTimer.stop()
        self.review = None
        self.open(None)

    @property
    def lesions(self):
        """The table."""
        return self.shown.lesions

    @property
    def result(self):
        return self.review.run.result if self.review is not None else None

    def setParameters(self, parameters):
        self._parameters = parameters

    def followParameters(self):
        """What the views show is as the panel says."""
        if self._parameters is not None and self.review is not None:
            self.views.show(self.review, self._parameters.showCandidates, self._parameters.show3D)

    # The reader's actions

    def choose(self, name):
        """The artery that the next click marks, or ``proposed``."""
        self._active = name
        for other in (*ARTERIES, AS_PROPOSED):
            self._button(other).checked = other == name
        self.tools.chooseSegment(self.segmentId)

    @property
    def active(self):
        """Label of the artery; ``None`` for as proposed."""
        return None if self._active == AS_PROPOSED else ARTERIES[self._active]

    @property
    def segmentId(self):
        from cardiothorax.scene.organs import arteries

        label = ARTERIES[self._artery()]
        return next(organ.segment_id for organ in arteries() if organ.label == label)

    def click(self, world, normal=None):
        """A lesion in a slice view was clicked."""
        self.settleBrush()
        index = self.review.index_at(world)
        if index is None:
            return
        if self.step(lambda review: review.click(index, self.active), near=index) is not False:
            return
        self.say(words.nothingThere(self.active), "review")

    def settleBrush(self):
        self.tools.settle()

    def accept(self):
        kind, number = self.lesions.key or (None, 0)
        if kind == "proposal":
            following = self._following()
            self.step(lambda review: review.accept(number), then=following)
        elif kind is None:
            self.next()  # to see it first

    def acceptAll(self):
        self.step(lambda review: review.accept_all())

    def remove(self):
        kind, number = self.lesions.key or (None, 0)
        if kind == "proposal":
            following = self._following()
            self.step(lambda review: review.reject(number), then=following)
        elif kind == "lesion":
            self.step(lambda review: review.remove(number))

    def confirmNone(self):
        self.step(lambda review: review.confirm_none())

    def undo(self):
        self.settle()
        self.step(lambda review: review.undo())

    def redo(self):
        self.settle()
        self.step(lambda review: review.redo())

    def reset(self):
        self.settle()
        self.step(lambda review: review.reset())

    def rescore(self, options):
        """By other rules; raises what they cannot be."""
        if self.review.set_options(options):
            self._changed(None)

    def sign(self):
        """The name under Reader signs what was done here without one."""
        self.settle()
        name = self.ui.readerEdit.text.strip()
        if name:
            self.step(lambda review: review.sign(name, self._own))

    @property
    def signable(self):
        """Whether there is an edit that a name would sign now."""
        return self.result is not None and self._own.unsigned(self.result.provenance)

    def step(self, change, near=None, then=None):
        """Do it and show it; whether it changed anything. A refused change is said, and ``None`` given; the
        scene is as it was before. ``near`` is the voxel whose lesion is chosen in the table, ``then`` the
        lesion to go on to."""
        from cardiothorax.errors import CardiothoraxError

        if self.review is None or not self.review.nodes.complete:
            return False
        self.review.reader = self.ui.readerEdit.text.strip()
        before, left = self.result.provenance, bool(self.review.proposed.lesions)
        try:
            changed = change(self.review)
        except CardiothoraxError as problem:
            self.status.sayProblem(problem)
            return None
        if changed:
            self._own.add(before, self.result.provenance)
            if self.review.proposed.lesions and not left:
                self.choose(AS_PROPOSED)  # undone: a click on an outline accepts it again
            self._changed(near, then)
        return bool(changed)

    def _changed(self, near, then=None):
        if not self.review.proposed.lesions and self._active == AS_PROPOSED:
            self.choose("lad")
        self._flushTimer.start()
        self.show(near)
        self.views.surfacesChanged(self.review.nodes)
        self._onChanged(self.review)
        if then is not None:
            self._goOnTo(then)

    def say(self, text, grade="note"):
        self.status.say(text, grade)

    # Going places

    def next(self):
        self._go(1)

    def previous(self):
        self._go(-1)

    def _go(self, way):
        keys, now = self.lesions.keys, self.lesions.key
        place = keys.index(now) + way if now in keys else (0 if way > 0 else len(keys) - 1)
        if 0 <= place < len(keys):
            self.lesions.select(keys[place])
            self._onRow()
        elif self.review is not None:
            self.say(words.goneBeyond())

    def _following(self):
        """Where the next proposal lies, before this one is decided."""
        keys, now = self.lesions.keys, self.lesions.key
        later = [*keys[keys.index(now) + 1 :], *keys[: keys.index(now)]] if now in keys else keys
        following = next((number for kind, number in later if kind == "proposal"), None)
        return None if following is None else self._lesion(("proposal", following))

    def _goOnTo(self, lesion):
        same = [n.id for n in self.review.proposed.lesions if n.center_px == lesion.center_px]
        if same:
            self.lesions.select(("proposal", same[0]))
            self._onRow()

    def goToSlice(self, number):
        if self.review is not None:
            self.views.goToSlice(self.review, number)

    def _onRow(self):
        """A row was chosen: all views go to a voxel of its lesion."""
        lesion = self._lesion(self.lesions.key)
        if lesion is not None:
            self.views.goTo(self.review.world_at(self.voxelOf(lesion)))
        self._updateButtons()

    @property
    def selectedLesion(self):
        """Of the chosen row, a proposal too."""
        return self._lesion(self.lesions.key)

    def voxelOf(self, lesion):
        """The lesion's voxel nearest to its center: slice, row, column."""
        return self.review.voxel_of(lesion)

    def _lesion(self, key):
        if key is None or self.review is None:
            return None
        kind, number = key
        scores = self.review.scores if kind == "lesion" else self.review.proposed
        return next((lesion for lesion in scores.lesions if lesion.id == number), None)

    def _onViewMoved(self):
        if self.review is not None:
            self.shown.strip.moveTo(self.views.sliceShown(self.review))

    # What is shown

    def show(self, near=None):
        self.shown.show(self.review, self._keyNear(near) if near is not None else self.lesions.key)
        self._onViewMoved()
        self._updateButtons()

    def _keyNear(self, index):
        lesion = self.review.lesion_at(index)
        return None if lesion is None else ("lesion", lesion.id)

    def _updateButtons(self):
        review, ui, kind = self.review, self.ui, (self.lesions.key or (None, 0))[0]
        ui.undoButton.enabled = review is not None and review.can_undo
        ui.redoButton.enabled = review is not None and review.can_redo
        ui.resetButton.enabled = review is not None and (review.edited or bool(review.pieces.cuts))
        ui.acceptButton.enabled = kind == "proposal"
        ui.removeButton.enabled = kind is not None
        some = bool(self.lesions.keys)
        ui.nextButton.enabled = ui.previousButton.enabled = some
        ui.noneButton.visible = review is not None and not some and review.result.values is None
        self.tools.updateState(review, self.selectedLesion)

    def _showLesions(self, on):
        if self.review is not None:
            self.views.showLesions(self.review.nodes, bool(on))

    def _flush(self):
        self._flushTimer.stop()
        if self.review is not None:
            self.review.flush()

    # Coming and going

    def enter(self):
        self.clicks.enable()
        self.views.enable()
        self.tools.enter()

    def exit(self):
        self.settle()
        self.clicks.disable()
        self.views.disable()
        self.tools.exit()

    def cleanup(self):
        self._flushTimer.stop()
        self.clicks.disable()
        self.views.disable()
        self.tools.cleanup()
        self.review = None
