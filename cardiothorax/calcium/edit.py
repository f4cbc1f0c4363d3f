"""The reader's corrections: editing is scoring again, nothing else.

Every function returns a new :class:`CalciumRun`; the one given stays as it was, so that undo is keeping
the old one. The first edit moves the network's values to ``automatic``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from ..imaging.image import Image
from ..records import Edit, Flag
from ..records.signing import edited_note
from .flags import LABEL_CODES, label_flags
from .result import CalciumResult, CalciumRun
from .score import Scores, score
from .settings import Settings

SETTINGS_CODES = frozenset({"mass_uncalibrated", "kvp_unknown", "kvp_limits", "high_kvp", "monoenergetic"})
"""Flags that :func:`.settings.settings_for` raises."""
LESION_CODES = LABEL_CODES - {"unreviewed", "edited", "not_scored"}
"""Flags that follow from the lesions' numbers."""


def edited(
    run: CalciumRun,
    image: Image,
    labels: np.ndarray,
    *,
    reader: str,
    what: str,
    scores: Scores | None = None,
) -> CalciumRun:
    """After labels were changed, or proposals accepted: ``labels`` is what the reader decided, as a whole.

    ``what`` in words ("lesion in the LAD", "all proposals accepted"). ``scores``, where they are known from
    :class:`.live.LiveScore` on these labels and this result's settings, are not computed again. A scan that
    was refused gets values: the flag that says why they must not be used stays.
    """
    old = run.result
    scores = scores or score(image, labels, settings_of(old))
    edits = (*old.provenance.edits, Edit(what, reader, datetime.now(UTC).isoformat(timespec="seconds")))
    kept = [flag for flag in old.flags if flag.code not in LABEL_CODES]
    result = replace(
        old,
        values=scores.values,
        lesions=scores.lesions,
        flags=(*kept, *label_flags(scores.lesions, len(labels)), edited_note(edits)),
        provenance=replace(old.provenance, edits=edits),
        automatic=old.automatic if old.provenance.edited else old.values,
    )
    return replace(run, result=result, labels=labels.copy())


def rescored(run: CalciumRun, image: Image, settings: Settings, flags: Iterable[Flag]) -> CalciumRun:
    """The same labels by other rules (preset, limits, mass factor), with the flags that come with those."""
    old = run.result
    provenance = replace(old.provenance, options={**old.provenance.options, **settings.as_options()})
    kept = [flag for flag in old.flags if flag.code not in SETTINGS_CODES]
    if old.values is None:
        return replace(run, result=replace(old, flags=(*flags, *kept), provenance=provenance))
    scores = score(image, run.labels, settings)
    network_drew = old.automatic is not None and bool(run.proposals.any())
    result = replace(
        old,
        values=scores.values,
        lesions=scores.lesions,
        flags=(
            *flags,
            *(flag for flag in kept if flag.code not in LESION_CODES),
            *label_flags(scores.lesions, len(run.labels)),
        ),
        provenance=provenance,
        automatic=score(image, run.proposals, settings).values if network_drew else old.automatic,
    )
    return replace(run, result=result)


def settings_of(result: CalciumResult) -> Settings:
    """The settings that a result was made by."""
    return Settings.from_options(result.provenance.options)
