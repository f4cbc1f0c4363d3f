"""Plaques put into a scan: only there, blurred as the scan is, with its noise left alone."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from cardiothorax.errors import UnsupportedImage
from cardiothorax.imaging import read_ct
from cardiothorax.imaging.image import Image
from cardiothorax.phantoms.ct import ImplantOptions, PlaqueOptions, implant
from cardiothorax.phantoms.ct.implant import edge_fwhm_mm


def flat_scan(hu=-60.0, shape=(20, 90, 100), spacing=(0.8, 0.8, 2.5)):
    rng = np.random.default_rng(2)
    array = np.rint(hu + rng.normal(size=shape) * 9).astype(np.int16)
    return Image(array=array, spacing_mm=spacing, modality="CT", tags={"KVP": "120", "SliceThickness": "2.5"})


COURSE = {"LAD": [[4, 20, 20], [9, 40, 40], [14, 60, 70]], "RCA": [[15, 70, 20], [5, 75, 40]]}
MANY = ImplantOptions(PlaqueOptions(lesions=10), psf_fwhm_mm=1.6, stray_mm=0.5)


def test_only_labeled_places_and_their_surroundings_change():
    image = flat_scan()
    out, labels = implant(image, COURSE, 1, MANY)
    added = out.array.astype(int) - image.array
    assert out.array.dtype == np.int16
    assert labels.dtype == np.uint8
    assert set(np.unique(labels)) == {0, 1, 3}
    assert (added >= 0).all()
    assert (added[labels > 0] >= 39).all()
    assert (added[labels == 0] < 41).all()
    assert (added == 0).mean() > 0.95
    assert ((labels > 0) & (out.array >= 130)).sum() > 20


def test_plaques_lie_along_the_course():
    image = flat_scan()
    _, labels = implant(image, COURSE, 4, MANY)
    fine = np.concatenate(
        [np.linspace(a, b, 200) for a, b in zip(COURSE["LAD"], COURSE["LAD"][1:], strict=False)]
    )
    line = fine[:, ::-1] * image.spacing_mm
    for k, j, i in np.argwhere(labels == 1)[::7]:
        assert np.linalg.norm(line - np.array([i, j, k]) * image.spacing_mm, axis=1).min() < 8


def test_the_same_seed_gives_the_same_plaques_and_another_others():
    image = flat_scan()
    one, again, other = (implant(image, COURSE, seed, MANY)[0].array for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_nothing_is_put_into_lung_or_bone():
    for hu in (-800.0, 400.0):
        image = flat_scan(hu)
        out, labels = implant(image, COURSE, 1, MANY)
        assert not labels.any()
        np.testing.assert_array_equal(out.array, image.array)


def test_thick_slices_and_low_voltage_count():
    image = flat_scan()
    thin = implant(image, COURSE, 3, MANY)[0].array.astype(int) - image.array
    thick = replace(image, tags={"KVP": "120", "SliceThickness": "6"})
    spread = implant(thick, COURSE, 3, MANY)[0].array.astype(int) - image.array
    assert spread.max() < thin.max()
    low = implant(replace(image, tags={"KVP": "80", "SliceThickness": "2.5"}), COURSE, 3, MANY)[0]
    assert (low.array.astype(int) - image.array).max() == pytest.approx(1.47 * thin.max(), rel=0.01)


def test_a_header_without_numbers_is_read_as_120_kvp_and_the_increment():
    image = flat_scan()
    bare = replace(image, tags={"KVP": "", "SliceThickness": "?"})
    np.testing.assert_array_equal(
        implant(bare, COURSE, 1, MANY)[0].array, implant(image, COURSE, 1, MANY)[0].array
    )


def test_no_artery_is_an_error():
    with pytest.raises(UnsupportedImage, match="No course"):
        implant(flat_scan(), {"aorta": [[1, 2, 3], [4, 5, 6]]}, 1)


def test_the_note_says_that_the_scan_is_no_longer_real():
    assert implant(flat_scan(), COURSE, 1, MANY)[0].notes[-1].startswith("10 simulated plaques")


@pytest.mark.parametrize("fwhm", [1.2, 1.8, 2.6])
def test_the_blur_is_measured_at_edges(fwhm):
    from scipy import ndimage

    fine = np.full((4, 600, 600), -850.0)
    fine[:, 150:450, 150:450] = 40.0
    sigma = fwhm / 2.3548 / 0.2
    seen = ndimage.gaussian_filter(fine, (0, sigma, sigma))[:, ::3, ::3]
    image = Image(array=seen.astype(np.int16), spacing_mm=(0.6, 0.6, 3.0), modality="CT")
    assert edge_fwhm_mm(image) == pytest.approx(fwhm, rel=0.15)


def test_without_edges_a_common_blur_is_taken():
    assert edge_fwhm_mm(flat_scan()) == 1.5


def test_real_scans_take_plaques_along_marked_courses(shared_data):
    folder = shared_data / "ct" / "thorax"
    marked = json.loads((folder / "coronary_courses.json").read_text())["volumes"]
    image = read_ct(folder / "plain_02.nii.gz")
    out, labels = implant(image, marked["plain_02"]["lines"], 3, ImplantOptions(PlaqueOptions(lesions=12)))
    bright = (labels > 0) & (out.array >= 130)
    assert bright.sum() > 10
    assert 1.4 < edge_fwhm_mm(image) < 3.0
    untouched = out.array == image.array
    assert untouched.mean() > 0.99
