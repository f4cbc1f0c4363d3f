"""Who corrected a film: names under corrections, before and after they were made."""

from __future__ import annotations

from Testing.desktop.hands import drag, values

WIDTH = 480


def test_the_reader_is_remembered(desktop, measured):
    import slicer

    measured.ui.readerEdit.editingFinished.emit()
    slicer.mrmlScene.Clear()
    desktop.process()
    assert measured.ui.readerEdit.text == "AB"


def test_an_unsigned_correction_asks_for_a_name(desktop, measured):
    measured.ui.readerEdit.text = ""
    x, y = measured.review.result.lines["Th"].start_px
    drag(desktop, measured, "Th", 0, x - 9, y)
    assert "not signed" in measured.ui.statusLabel.text
    measured.ui.readerEdit.text = "AB"
    drag(desktop, measured, "Th", 0, x - 14, y)
    desktop.process(until=lambda: measured.review.result.provenance.edits[-1].edited_by, timeout=10)
    assert measured.review.result.provenance.edits[-1].edited_by == "AB"
    assert "not signed" in measured.ui.statusLabel.text, "the correction before it still is not"


def signers(panel):
    return [edit.edited_by for edit in panel.review.result.provenance.edits]


def enter_name(desktop, panel, name):
    panel.ui.readerEdit.text = name
    panel.ui.readerEdit.editingFinished.emit()
    desktop.process()
    desktop.check()


def test_a_name_entered_later_signs_what_was_corrected_without_one(desktop, measured, pictures):
    measured.ui.readerEdit.text = ""
    before = values(measured)
    x, y = measured.review.result.lines["Th"].start_px
    drag(desktop, measured, "Th", 0, x - 9, y)
    drag(desktop, measured, "Th", 0, x - 14, y)
    edited = values(measured)
    assert "Enter your name under Reader to sign it" in measured.ui.statusLabel.text
    desktop.grab(measured, pictures / "panel-unsigned.png", width=WIDTH)
    enter_name(desktop, measured, "AB")
    assert signers(measured) == ["AB", "AB"]
    assert values(measured) == edited
    assert "signed" not in measured.ui.statusLabel.text
    flag = next(flag for flag in measured.review.result.flags if flag.code == "edited")
    assert "last by AB" in flag.evidence
    measured.ui.undoButton.click()
    assert signers(measured) == ["AB"], "signing is no step; the steps before are signed as well"
    measured.ui.undoButton.click()
    assert values(measured) == before
    measured.ui.redoButton.click()
    measured.ui.redoButton.click()
    assert signers(measured) == ["AB", "AB"]
    assert "last by AB" in measured.review.review.nodes.anchor.GetText(), "kept with the scene"


def test_a_name_does_not_sign_what_somebody_else_corrected(desktop, measured):
    """The scene brings corrections that nobody signed: a later reader signs his own alone."""
    import slicer

    measured.ui.readerEdit.text = ""
    x, y = measured.review.result.lines["Th"].start_px
    drag(desktop, measured, "Th", 0, x - 9, y)
    film = measured._parameterNode.inputVolume
    desktop.exit(measured)
    slicer.util.reloadScriptedModule("CTRMeasure")
    later = slicer.modules.CTRMeasureWidget
    desktop.enter(later)
    later._parameterNode.inputVolume = film
    assert "A name under Reader signs what is corrected next" in later.ui.statusLabel.text
    enter_name(desktop, later, "CD")
    assert signers(later) == [""]
    drag(desktop, later, "Th", 0, x - 14, y)
    assert signers(later) == ["", "CD"]
