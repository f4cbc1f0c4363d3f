"""The simulated calcification insert: true sizes, and the published scores."""

from __future__ import annotations

import numpy as np
import pytest

from cardiothorax.calcium.score import score
from cardiothorax.calcium.settings import Settings
from cardiothorax.errors import CardiothoraxError
from cardiothorax.phantoms.ct.qrm import PROTOCOLS, insert_cylinders, qrm_insert

PRESET = {"ge": "literature", "siemens": "siemens", "philips": "philips", "canon": "canon"}


def whole(scan):
    return (scan.labels > 0).astype(np.uint8)


def test_true_volumes_and_masses_are_the_makers():
    cylinders = insert_cylinders()
    volumes = [98.175, 21.206, 0.785]
    masses = [19.635, 39.270, 78.540, 4.241, 8.482, 16.965, 0.157, 0.314, 0.628]
    for n, cylinder in enumerate(cylinders):
        assert cylinder.code == n + 1
        assert cylinder.volume_mm3 == pytest.approx(volumes[n // 3], abs=5e-4)
        assert cylinder.mass_mg == pytest.approx(masses[n], abs=5e-4)
    assert sum(c.volume_mm3 for c in cylinders) == pytest.approx(360.50, abs=5e-3)
    assert sum(c.mass_mg for c in cylinders) == pytest.approx(168.23, abs=5e-3)


@pytest.mark.parametrize("vendor", PROTOCOLS)
@pytest.mark.parametrize("offset", [0.0, -1.2])
def test_the_total_is_what_real_scans_of_the_insert_give(vendor, offset):
    scan = qrm_insert(vendor, seed=3, offset_mm=offset)
    total = score(scan.image, whole(scan), Settings(preset=PRESET[vendor])).values
    assert 540 <= total.agatston <= 750
    # Published: mass 144 to 219 mg by vendors' factors, against a true 168.
    assert 135 <= total.mass_mg <= 220


def test_the_largest_and_densest_cylinder_scores_as_published():
    scan = qrm_insert("siemens", seed=1)
    alone = (scan.labels == 3).astype(np.uint8)
    assert 207 <= score(scan.image, alone, Settings(preset="siemens")).values.agatston <= 403


def test_the_rods_calibrate_the_mass():
    scan = qrm_insert("ge", noise_hu=0.0)
    values = {}
    for name, (x, y) in scan.rods_mm.items():
        i, j = (np.arange(512) * scan.image.spacing_mm[0] + scan.image.origin_mm[0] - c for c in (x, y))
        inside = np.hypot(i[None, :], j[:, None]) < 6.9
        values[name] = scan.image.array[:, inside].mean()
    factor = 0.2 / (values["calcium"] - values["water"])
    assert factor == pytest.approx(0.00089, rel=0.01)
    mass = score(scan.image, whole(scan), Settings(mass_factor=factor)).values.mass_mg
    assert mass == pytest.approx(168.23, rel=0.2)


def test_the_ring_makes_noise_and_the_seed_decides_it():
    plain, large = qrm_insert("philips", seed=5), qrm_insert("philips", seed=5, ring=True)
    corner = np.s_[:, 250:262, 250:262]
    assert large.image.array[corner].std() > 1.2 * plain.image.array[corner].std()
    np.testing.assert_array_equal(plain.image.array, qrm_insert("philips", seed=5).image.array)


def test_an_unknown_vendor_is_an_error_that_names_the_known():
    with pytest.raises(CardiothoraxError, match="nobody") as problem:
        qrm_insert("nobody")
    assert "siemens" in problem.value.hint
