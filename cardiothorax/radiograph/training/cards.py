"""The cards of the shipped radiograph models, filled from what was really read and run."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from ...imaging.organs import BACKGROUND, HEART, LEFT_LUNG, RIGHT_LUNG
from ...models import Architecture, Card, Metric, NetworkInput, Normalisation, Training, TrainingSource
from ...networks.unet import PAPER_CHANNELS, SLIM_CHANNELS
from .data import LabelledFilms
from .gate_data import SIDE_PX, GatePictures
from .lightning_module import Recipe

LICENSES = {
    "jsrt": "JSRT/SCR: research with citation (Shiraishi 2000, van Ginneken 2006)",
    "wingspan": "MIT (Dong 2018)",
    "openist": "public repository without a license file",
    "phantom": "Apache-2.0, drawn by this project",
}
WEIGHTS_LICENSE = (
    "Research use with citation of the training data (JSRT/SCR, Wingspan, OpenIST); not for resale. "
    "As strict as the strictest source; the code itself is Apache-2.0."
)
GATE_LICENSE = (
    "Non-commercial research use, share alike, with citation of the sources: some of the lateral films and "
    "cine MR are CC BY-NC-SA 4.0, MIDRC-RICORD-1A is CC BY-NC 4.0, NSCLC-Radiomics CC BY-NC 3.0; films as "
    "for the segmentation network, and NIH ChestX-ray14. The code itself is Apache-2.0."
)
_STRETCHED = Normalisation(1.0, 99.0, (-1.0, 1.0))
_LABELS = {"background": BACKGROUND, "left lung": LEFT_LUNG, "right lung": RIGHT_LUNG, "heart": HEART}
_LIMITS = (
    "Trained on few films of three sources; adult, mostly upright PA films.",
    "Large effusions, pneumonectomy, whole-lung collapse and children were hardly seen: check every border.",
    "Heart and lungs are drawn as the sources draw them; two physicians differ by 0.027 in CTR on average.",
    "The validation films also chose the checkpoint and the settings: films never looked at may do worse.",
    "Where the heart was not drawn in a source (OpenIST), only the lungs were learned from it.",
)


def segmentation_card(
    recipe: Recipe,
    films: LabelledFilms,
    *,
    name: str,
    version: str,
    command: str,
    metrics: tuple[Metric, ...] = (),
    defaults: dict[str, object] | None = None,
) -> Card:
    channels = SLIM_CHANNELS if recipe.variant == "slim" else PAPER_CHANNELS
    sources = tuple(
        TrainingSource(source, count, LICENSES.get(source, "not stated"))
        for source, count in sorted(Counter(films.sources).items())
    )
    return Card(
        name=name,
        version=version,
        task="ctr",
        variant=recipe.variant,
        summary="Left lung, right lung and heart on frontal chest radiographs (U-Net).",
        architecture=Architecture("unet", {"channels": list(channels), "classes": len(_LABELS)}),
        input=NetworkInput(recipe.side_at(recipe.epochs), "square", _STRETCHED),
        labels=_LABELS,
        licence=WEIGHTS_LICENSE,
        training=Training(sources, "by film, as index.csv lists it", recipe.seed, command, _today()),
        metrics=metrics,
        limits=_LIMITS,
        defaults=defaults or {},
    )


def gate_card(
    pictures: GatePictures, *, seed: int, version: str, command: str, metrics: tuple[Metric, ...]
) -> Card:
    return Card(
        name="frontal-gate",
        version=version,
        task="radiograph-gate",
        variant="slim",
        summary="Tells upright frontal chest films from turned films and from everything else.",
        architecture=Architecture("gatenet", {}),
        input=NetworkInput(SIDE_PX, "square", _STRETCHED, multiple=32),
        labels={
            **{
                f"turned {90 * k}, {polarity}": k + 4 * inverted
                for inverted, polarity in enumerate(("normal", "inverted"))
                for k in range(4)
            },
            "no frontal chest film": 8,
        },
        licence=GATE_LICENSE,
        training=Training(
            (
                TrainingSource("frontal films", len(pictures.frontal), "see the sources' own terms"),
                TrainingSource("other pictures", len(pictures.other), "laterals, CT, MR and drawn pictures"),
            ),
            "by film or volume",
            seed,
            command,
            _today(),
        ),
        metrics=metrics,
        limits=(
            "Few laterals and no films of other body parts were seen in training.",
            "It judges the kind of picture, not its quality.",
        ),
    )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
