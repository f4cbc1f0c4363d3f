"""What the panel says in each state: first what is, then the next step."""

from slicer.i18n import tr as _

from cardiothorax.panels.apply_panel import ApplyWords
from cardiothorax.panels.batch_words import BatchWords
from cardiothorax.panels.export_panel import ExportWords


def chooseFilm():
    return _("Choose a chest radiograph, or load the sample film.")


def pressApply(name):
    return _("Press Apply to measure {name}.").format(name=name)


_CANCELLED = _("Cancelled; nothing was changed. Press Apply to measure again.")

APPLY = ApplyWords(
    apply=_("Measure {name} (Ctrl+Return)"),
    cancel=_("Stop measuring; nothing is changed (Ctrl+Return)"),
    chooseFirst=_("Choose a film first (Ctrl+Return)"),
    running=_("{step} … Cancel stops it and changes nothing."),
    cancelled=_CANCELLED,
    closed=_("The film was closed while it was measured. Choose another one."),
)


SAME_CUTOFF = 1e-6


def afterMeasuring(result, cutoff=None, signable=False):
    """The next step of a reader who has a result on the screen; ``cutoff`` is what the panel asks for,
    ``signable`` says whether a name typed now would sign a correction that has none."""
    values = result.values
    if values is not None and cutoff is not None and abs(values.cutoff - cutoff) > SAME_CUTOFF:
        text = _("This result was judged with the limit {old:.2f}. Press Apply to judge it with {new:.2f}.")
        return text.format(old=values.cutoff, new=cutoff)
    if result.values is None and not result.lines:
        if any(flag.code == "organ_missing" for flag in result.flags):
            return _("An organ is missing, so there is no ratio. Draw it under Correct the masks.")
        if any(flag.code == "turned" for flag in result.flags):
            return _("This film lies on its side or upside down: see below. Turn it, then press Apply.")
        return _("This picture is not measured: see the reason below. Choose another film.")
    if result.verdict == "reject":
        return _("Do not use this number: see the reason below. Correct the masks, or choose another film.")
    if result.provenance.edited and signable:
        return _("Edited by reader, not signed. Enter your name under Reader to sign it; then export.")
    if result.provenance.edited and not result.provenance.edits[-1].edited_by:
        return _(
            "Edited by reader, not signed. A name under Reader signs what is corrected next; then export."
        )
    if result.provenance.edited:
        return _("Edited by reader. Export the result, go on correcting, or go back to the automatic one.")
    if result.verdict == "review":
        return _("Look at the flags below. Drag a line end or correct a mask where needed, then export.")
    return _("Check outlines and lines. Drag a line end or correct a mask where needed, then export.")


def ratioLine(result):
    return _("No ratio") if result.values is None else ratioOf(result.values)


def ratioOf(values):
    from cardiothorax.report.wording import ratio

    return _("CTR {ratio}").format(ratio=ratio(values.ctr, values.cutoff))


def findingLine(result):
    """Which side of the cut-off, and whose number it is."""
    from cardiothorax.report.wording import finding, ratio

    if result.values is None:
        return ""
    whose = _("automatic")
    if result.provenance.edited:
        before = result.automatic
        whose = _("edited by reader")
        if before is not None:
            whose = _("edited by reader, automatic {ratio}").format(ratio=ratio(before.ctr, before.cutoff))
    return f"{finding(result.values)}; {whose}"


def lengthsLine(values):
    from cardiothorax.report.wording import length

    if values is None:
        return ""
    parts = (
        ("T", values.thoracic_diameter_mm, values.thoracic_diameter_px),
        ("Th", values.cardiac_diameter_mm, values.cardiac_diameter_px),
        ("MRD", values.mrd_mm, values.mrd_px),
        ("MLD", values.mld_mm, values.mld_px),
    )
    return "   ".join(f"{name} {length(mm, px)}" for name, mm, px in parts)


EXPORT = ExportWords(
    export=_("Write the chosen files (Ctrl+E)"),
    nothingYet=_("Measure a film first (Ctrl+E)"),
    chooseFirst=_("Choose first what to export (Ctrl+E)"),
    exported=_("{count} files written to the folder {folder}. Choose the next film, or save the scene."),
)


BATCH = BatchWords(
    results="CTR results",
    title=_("Film"),
    start=_("Measure the folder"),
    searching=_("Looking for films in {folder} …"),
    first=_("Measuring film {n} of {total} …"),
    running=_("{done} of {total} films, {time} left. Click a finished row to open it."),
    done=_("{n} of {total} films measured{rest}. Click a row to correct it; {table} is in {folder}."),
    stopped=_CANCELLED,
    left=_(", {n} not measured yet"),
    noFolder=_("Choose a folder of films first"),
    startTip=_("Measure all films in {folder} into its subfolder {results}; an interrupted run goes on"),
    stopTip=_("Stop; finished rows are kept, and the next start goes on from here"),
    failedRow=_("This film was not measured: {error}"),
    emptyRow=_("This film has no result yet."),
    emptyRowHint=_("Wait for its row, or open another one."),
    measureFirst=_("Measure a folder first"),
    referenceFirst=_("Choose a CSV with the columns file and ctr first"),
    compared=_("{n} films compared with the reference; all numbers are also in {file} in {folder}."),
    points=_("films"),
)
