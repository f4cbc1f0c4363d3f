"""The cards of the calcium models, filled from what was really read and run."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from ...models import Card, Metric, NetworkInput, Normalisation, Training, TrainingSource
from ..vote import VoteRule
from .layout import Study
from .lightning_module import SCALE
from .packing import CLASS_OF
from .recipes import NEIGHBORS, Recipe

LICENCES = {
    "phantom": "Apache-2.0, drawn by this project",
    "implant": "CC BY-NC 3.0 and 4.0 (MIDRC-RICORD-1A, ACRIN-FLT-Breast), plaques drawn by this project",
    "orcascore": "orCaScore challenge: research, with registration; the user's own copy",
    "coca": "Stanford COCA: research use agreement; the user's own copy",
}
SUMMARIES = {
    "cacnet": "Coronary calcium by artery on plain CT (CAC-Net: 2-D U-DenseNet and 3-D U-Net).",
    "denseraunet": "Coronary calcium by artery on plain CT (DenseRAUNet, nine slices at a time).",
}
LABELS = {"background": 0, "lad": 1, "lcx": 2, "rca": 3}
"""The left main is counted as LAD, as in CAC-Net: :data:`cardiothorax.calcium.labels.LAD` and so on."""
SIMULATED = ("phantom", "implant")
LIMITS = (
    "It proposes; a reader decides on every lesion.",
    "The left main is proposed as LAD.",
    "Trained on plain CT only: after contrast medium its proposals mean nothing.",
)
assert set(CLASS_OF.values()) == set(LABELS.values()) - {0}


def calcium_card(
    recipe: Recipe,
    studies: list[Study],
    *,
    multiples: tuple[int, int],
    name: str,
    version: str,
    command: str,
    metrics: tuple[Metric, ...] = (),
    proposed_from: float = VoteRule.proposed_from,
) -> Card:
    """``studies`` are those that were learned from; ``multiples`` of rows and columns, and of slices."""
    flat = recipe.method == "denseraunet"
    counts = sorted(Counter(s.source or "own data" for s in studies).items())
    simulated = all(source in SIMULATED for source, _ in counts)
    said = ("Trained on simulated CT; not validated on patients.",) if simulated else ()
    return Card(
        name=name,
        version=version,
        task="calcium",
        variant=recipe.variant,
        summary=SUMMARIES[recipe.method],
        architecture=recipe.architecture,
        input=NetworkInput(
            side_px=-(-recipe.stages[-1].patch[1] // multiples[0]) * multiples[0],
            padding="grid",
            normalisation=Normalisation(0.0, 100.0, SCALE),
            orientation="axial, right side at the left, front at the top",
            channels=NEIGHBORS if flat else 1,
            multiple=multiples[0],
            dimensions=2 if flat else 3,
            depth_multiple=1 if flat else multiples[1],
            window_hu=recipe.window_hu,
            in_plane_mm=recipe.step.in_plane_mm,
            slab_mm=recipe.step.slab_mm,
        ),
        labels=LABELS,
        licence=_licence({source for source, _ in counts}),
        training=Training(
            tuple(TrainingSource(s, n, LICENCES.get(s, "as its owner states")) for s, n in counts),
            "by patient",
            recipe.seed,
            command,
            datetime.now(UTC).date().isoformat(),
        ),
        metrics=metrics,
        limits=(*said, *LIMITS),
        defaults={"proposed_from": proposed_from},
    )


def _licence(sources: set[str]) -> str:
    if sources <= {"phantom"}:
        return "Apache-2.0"
    if sources <= set(SIMULATED):
        return "Non-commercial use (CC BY-NC), as strict as the strictest source; the code is Apache-2.0."
    return "As strict as the strictest source of its training data; the code is Apache-2.0."
