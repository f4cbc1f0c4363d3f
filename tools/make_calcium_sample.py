"""Make the sample CT of CalciumScore again: a small scan of a drawn heart with calcium, which is nobody's.

    python tools/make_calcium_sample.py [--out Resources/Samples]

Writes ``calcium_sample.nrrd`` (HU), ``calcium_sample_labels.nrrd`` (1 LAD, 2 LCX, 3 RCA, 4 LM, 5 not
coronary) and ``calcium_sample_truth.json`` (score of the drawn labels, options).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

import numpy as np
import SimpleITK

from cardiothorax.calcium.score import score
from cardiothorax.calcium.settings import Settings
from cardiothorax.imaging import write_mask
from cardiothorax.imaging.image import Image
from cardiothorax.phantoms.ct import (
    ConfounderOptions,
    CtPhantomOptions,
    PlaqueOptions,
    ScanOptions,
    draw_ct,
)
from cardiothorax.records import to_plain, write_atomically

REPOSITORY = Path(__file__).resolve().parents[1]
OPTIONS = CtPhantomOptions(
    seed=13,
    plaques=PlaqueOptions(lesions=9, shares=(0.1, 0.4, 0.2, 0.3)),
    confounders=ConfounderOptions(aortic_wall=1, aortic_valve=0.4),
    scan=ScanOptions(field_of_view_mm=164.0, matrix=192, noise_hu=6.0, margin_mm=3.0),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=REPOSITORY / "Resources" / "Samples")
    out = parser.parse_args().out
    study = draw_ct(OPTIONS)
    labels = np.where(study.image.array >= Settings().limits.threshold_hu, study.labels, 0).astype(np.uint8)
    write_ct(study.image, out / "calcium_sample.nrrd")
    write_mask(out / "calcium_sample_labels.nrrd", labels, study.image)
    values = score(study.image, labels, Settings()).values
    truth = {"values": to_plain(values), "options": dataclasses.asdict(OPTIONS)}
    with write_atomically(out / "calcium_sample_truth.json") as path:
        path.write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    print(f"Agatston {values.agatston:.1f}, {values.lesions} lesions, {values.cac_drs}")


def write_ct(image: Image, path: Path) -> None:
    picture = SimpleITK.GetImageFromArray(image.array)
    picture.SetSpacing(image.spacing_mm)
    picture.SetOrigin(image.origin_mm)
    picture.SetDirection(image.direction)
    with write_atomically(path) as temporary:
        SimpleITK.WriteImage(picture, str(temporary), True, 9)


if __name__ == "__main__":
    main()
