"""The calcification insert on disk: read back as it was drawn, rods where the truth says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cardiothorax.imaging import read_ct, read_mask
from cardiothorax.phantoms.ct import qrm_insert, write_insert


def test_image_labels_and_truth_agree(tmp_path):
    scan = qrm_insert("ge", noise_hu=0.0)
    read = read_ct(write_insert(scan, tmp_path / "insert"))
    np.testing.assert_array_equal(read.array, scan.image.array)
    np.testing.assert_allclose(read.spacing_mm, scan.image.spacing_mm, rtol=1e-12)
    np.testing.assert_allclose(read.origin_mm, scan.image.origin_mm, rtol=1e-12)
    labels = read_mask(tmp_path / "insert" / "insert_labels.nrrd", read)
    np.testing.assert_array_equal(labels, scan.labels > 0)
    truth = json.loads((tmp_path / "insert" / "insert_truth.json").read_text("utf-8"))
    assert len(truth["cylinders"]) == 9
    assert truth["mass_factor"] == pytest.approx(0.00089)
    for rod, hu in (("calcium", 200 / 0.89), ("water", 0.0)):
        i, j, k = truth["rods"][rod]["ijk"]
        assert read.array[k, j, i] == pytest.approx(hu, abs=1)
