"""What the panel says in each state: first what is, then the next step."""

from slicer.i18n import tr as _

from cardiothorax.errors import UnsupportedImage
from cardiothorax.panels.apply_panel import ApplyWords
from cardiothorax.panels.batch_words import BatchWords
from cardiothorax.panels.export_panel import ExportWords


def chooseStudy():
    return _("Choose a plain CT of heart or chest, or load the sample CT.")


def pressApply(name):
    return _("Press Apply to start with {name}.").format(name=name)


_CANCELLED = _("Cancelled; nothing was changed. Press Apply to start again.")

APPLY = ApplyWords(
    apply=_("Start with {name} (Ctrl+Return)"),
    cancel=_("Stop; nothing is changed (Ctrl+Return)"),
    chooseFirst=_("Choose a CT first (Ctrl+Return)"),
    running=_("{step} … Cancel stops it and changes nothing."),
    cancelled=_CANCELLED,
    closed=_("The CT was closed while it was looked through. Choose another one."),
)


def nextStep(review, signable=False):
    """Of a reader who has a study on the screen; ``signable`` says whether a name typed now would sign."""
    result, left = review.result, len(review.proposed.lesions)
    if result.verdict == "reject":
        return _("Do not use a score of this study: see the reason below. Choose another series.")
    if left:
        text = _("{n} proposals to decide. Click an outline or press A to accept, Delete to reject.")
        return (text if left > 1 else _("One proposal to decide. A accepts it, Delete rejects it.")).format(
            n=left
        )
    if result.values is None:
        return _("Choose an artery (keys 1 to 4, 0 not coronary) and click its lesions in any slice view.")
    if not review.edited:
        return _("The network proposed nothing. Look through the slices; mark what it missed.")
    if signable:
        return _("Not signed. Enter your name under Reader to sign it; then export.")
    if not result.provenance.edits[-1].edited_by:
        return _("Not signed. A name under Reader signs what is done next; then export.")
    if result.verdict == "review":
        return _("Look at the flags below. Go on marking, or export.")
    return _("Go on marking, or export the score.")


def startedAgain():
    return _("Started again from the beginning. Undo (Ctrl+Z) brings back what was marked before.")


def limitsDoNotRise():
    return UnsupportedImage(
        _("Threshold and limits of the weights must rise."),
        _("Type larger limits under Rules and device, or turn own limits off."),
    )


# The score


def scoreLine(review):
    from cardiothorax.report.calcium_wording import points

    values = review.result.values
    if values is None:
        return _("Not scored yet")
    if not review.edited:
        return _("Agatston {score} proposed").format(score=points(values.agatston))
    if review.proposed.lesions:
        return _("Agatston {score} so far").format(score=points(values.agatston))
    return _("Agatston {score}").format(score=points(values.agatston))


def categoryLine(result):
    from cardiothorax.report.calcium_wording import cac_drs_in_words, category_in_words, whose

    values = result.values
    if values is None:
        return ""
    said = f"{category_in_words(values)}; {whose(result)}"
    return f"{said[0].upper()}{said[1:]}\n{_('CAC-DRS')} {cac_drs_in_words(values)}"


def proposalsLine(review):
    """What the network says, beside what the reader has accepted."""
    from cardiothorax.report.calcium_wording import points

    left = review.proposed
    if not left.lesions:
        return ""
    text = _("Network: {n} lesions left to decide, together Agatston {score}")
    if len(left.lesions) == 1:
        text = _("Network: one lesion left to decide, Agatston {score}")
    return text.format(n=len(left.lesions), score=points(left.values.agatston))


SCORE_TITLES = (_("Artery"), _("Lesions"), _("Agatston"), _("mm³"), _("mg"), _("Proposed"))
SCORE_TIPS = (
    "", _("Pieces of more than 1.5 mm³"), "", _("Volume"), _("Mass"), _("Agatston of what is left to decide"),
)  # fmt: skip
TOTAL = _("Total")
LESION_TITLES = (
    _("Artery"), _("Slices"), _("mm³"), _("Peak"), _("Mean"), _("Score"), _("mg"), _("Conf."),
)  # fmt: skip
LESION_TIPS = (
    _("A question mark: proposed, not decided"), _("Counted from the feet, from 1"), _("Volume"),
    _("HU"), _("HU"), _("Agatston score of the lesion"), _("Mass"), _("Confidence of the network, 0 to 1"),
)  # fmt: skip


def notes(count):
    return _("One note") if count == 1 else _("{n} notes").format(n=count)


def proposed(artery):
    return _("{artery} ?").format(artery=artery)


# What an action has to say


def nothingThere(artery):
    if artery is None:
        return _("No proposal there. Choose an artery (keys 1 to 4, 0) to mark a lesion yourself.")
    return _("Nothing to mark there: below the threshold, too small, or outside the heart box.")


def nothingCut():
    return _("The line crosses no lesion that it could divide.")


def nothingSplit():
    return _("These slices do not divide the lesion: choose a part of its slices.")


def placeCut():
    return _("Set two points in a slice view: the line between them divides the lesions it crosses.")


def divided():
    return _("Divided. Choose an artery and click one of the parts.")


def drawing(effect):
    return _("{effect} acts on calcium alone. Press Escape to click lesions again.").format(effect=effect)


def goneBeyond():
    return _("No lesion there: all have been visited in this direction.")


EXPORT = ExportWords(
    export=_("Write the chosen files (Ctrl+E)"),
    nothingYet=_("Start with a CT first (Ctrl+E)"),
    chooseFirst=_("Choose first what to export (Ctrl+E)"),
    exported=_("{count} files written to the folder {folder}. Choose the next CT, or save the scene."),
)


BATCH = BatchWords(
    results="Calcium results",
    title=_("Study"),
    start=_("Score the folder"),
    searching=_("Looking for CT series in {folder} …"),
    first=_("Scoring study {n} of {total} …"),
    running=_("{done} of {total} studies, {time} left. Click a finished row to open it."),
    done=_("{n} of {total} studies scored{rest}. Click a row to review it; {table} is in {folder}."),
    stopped=_CANCELLED,
    left=_(", {n} not scored yet"),
    noFolder=_("Choose a folder of studies first"),
    startTip=_("Score all CT series in {folder} into its subfolder {results}; an interrupted run goes on"),
    stopTip=_("Stop; finished rows are kept, and the next start goes on from here"),
    failedRow=_("This study was not scored: {error}"),
    emptyRow=_("This study has no result yet."),
    emptyRowHint=_("Wait for its row, or open another one."),
    measureFirst=_("Score a folder first"),
    referenceFirst=_("Choose a CSV with the columns file and agatston first"),
    compared=_("{n} studies compared with the reference; all numbers are also in {file} in {folder}."),
    points=_("studies"),
)
