"""``cardiothorax phantom ct`` as a user runs it."""

from __future__ import annotations

import json

from cardiothorax.imaging import read_ct, read_mask


def test_studies_are_written_with_their_truth(cardiothorax):
    done = cardiothorax(
        "phantom", "ct", "--seed", "4", "--count", "2", "--out", "made", "--matrix", "96",
        "--scan", "cardiac", "--lesions", "6",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert done.err.count("mg coronary calcium") == 2
    for name in ("ct_0004", "ct_0005"):
        folder = cardiothorax.folder / "made" / name
        image = read_ct(folder / "series")
        assert image.array.shape[1:] == (96, 96)
        assert image.spacing_mm[0] * 96 <= 260
        labels = read_mask(folder / "labels.nrrd", image)
        assert labels.any()
        assert len(json.loads((folder / "truth.json").read_text())["truth"]["lesions"]) == 6


def test_the_same_seed_writes_the_same_study(cardiothorax):
    for folder in ("one", "two"):
        assert cardiothorax("phantom", "ct", "--out", folder, "--matrix", "64", "--jpegls").code == 0
    one, two = (
        [f.read_bytes() for f in sorted((cardiothorax.folder / n).rglob("*.dcm"))] for n in ("one", "two")
    )
    assert one == two
    assert len(one) > 8


def test_a_missing_folder_option_is_a_usage_error(cardiothorax):
    done = cardiothorax("phantom", "ct", "--seed", "1")
    assert done.code == 2
    assert "--out" in done.err
