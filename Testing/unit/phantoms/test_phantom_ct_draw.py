"""A drawn study: same options, same voxels; labels, heart and truth belong together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from cardiothorax.calcium import labels as codes
from cardiothorax.phantoms.ct import (
    AnatomyOptions,
    ConfounderOptions,
    CtPhantomOptions,
    PlaqueOptions,
    ScanOptions,
    draw_ct,
)
from cardiothorax.phantoms.ct.calcium import CODES, OTHER

QUICK = CtPhantomOptions(
    seed=11,
    plaques=PlaqueOptions(lesions=12),
    confounders=ConfounderOptions(aortic_wall=4, aortic_valve=0.4, mitral_annulus=0.3),
    scan=ScanOptions(matrix=160, noise_hu=10.0),
)


@pytest.fixture(scope="module")
def study():
    return draw_ct(QUICK)


@pytest.fixture(scope="module")
def quiet():
    return draw_ct(replace(QUICK, scan=replace(QUICK.scan, noise_hu=0.0)))


@pytest.fixture(scope="module")
def bare():
    return draw_ct(
        replace(
            QUICK,
            plaques=PlaqueOptions(lesions=0),
            confounders=ConfounderOptions(),
            scan=replace(QUICK.scan, noise_hu=0.0),
        )
    )


def test_the_codes_are_those_that_are_scored():
    assert dict(codes.ARTERIES.items()) == CODES
    assert codes.OTHER == OTHER


def test_the_same_options_give_the_same_voxels(study):
    again = draw_ct(QUICK)
    np.testing.assert_array_equal(study.image.array, again.image.array)
    np.testing.assert_array_equal(study.labels, again.labels)
    assert study.truth == again.truth


def test_another_seed_gives_another_patient(study):
    other = draw_ct(replace(QUICK, seed=12))
    assert other.truth.lesions != study.truth.lesions


def test_types_and_grids_agree(study):
    array = study.image.array
    assert array.dtype == np.int16
    assert study.labels.dtype == np.uint8
    assert study.labels.shape == array.shape
    assert study.heart.dtype == bool
    assert study.heart.shape == array.shape
    assert array.min() >= -1024
    assert array.max() <= 3071
    assert study.image.spacing_mm == (220 / 160, 220 / 160, 3.0)
    assert set(np.unique(study.labels)) <= {0, 1, 2, 3, 4, 5}


def test_tissues_have_their_hounsfield_units(bare):
    array, heart = bare.image.array, bare.heart
    core = ndimage.binary_erosion(heart, iterations=8)
    assert np.median(array[core]) == pytest.approx(45, abs=6)
    lung = ndimage.binary_erosion(array < -600, iterations=3)
    assert -900 < np.median(array[lung]) < -780
    ring = heart & ~ndimage.binary_erosion(heart, iterations=2)
    fat = array[ring & (array > -140) & (array < -60)]
    assert len(fat) > 200


def test_a_plain_heart_has_nothing_above_the_threshold(bare):
    inside = ndimage.binary_erosion(bare.heart, iterations=2)
    assert not (bare.image.array[inside] >= 130).any()
    assert not bare.labels.any()
    assert bare.truth.lesions == ()
    assert sum(bare.truth.mass_mg.values()) == 0


def test_labels_lie_where_calcium_was_added(quiet, bare):
    added = quiet.image.array.astype(int) - bare.image.array
    labeled = quiet.labels > 0
    assert (added[labeled] >= 39).all()
    assert (added[~labeled] <= 41 * 4).all()
    # Faint blobs, such as the thin ends of a chain, stay below the limit and have no label.
    far = ~ndimage.binary_dilation(labeled, iterations=6)
    assert np.abs(added[far]).max() < 40


def test_the_truth_adds_up(study):
    truth = study.truth
    bright = (study.image.array >= 130) & (study.labels > 0)
    voxel = np.prod(study.image.spacing_mm)
    for name, code in {**CODES, "other": OTHER}.items():
        count = int((bright & (study.labels == code)).sum())
        assert truth.bright_voxels[name] == count
        assert truth.bright_volume_mm3[name] == pytest.approx(count * voxel)
    assert len(truth.lesions) == 12
    for name in CODES:
        masses = [x.mass_mg for x in truth.lesions if x.artery == name and x.in_field]
        assert truth.mass_mg[name] == pytest.approx(sum(masses))


def test_the_mass_in_the_image_is_the_mass_drawn(quiet, bare):
    """At 120 kVp, 1.25 HU stand for 1 mg/cm3; overlaps of plaques and confounders are left out."""
    options = replace(QUICK, confounders=ConfounderOptions(), scan=replace(QUICK.scan, noise_hu=0.0))
    alone = draw_ct(options)
    added = (alone.image.array.astype(float) - bare.image.array).sum() * np.prod(alone.image.spacing_mm)
    clipped = (alone.image.array == 3071).any()
    drawn = sum(x.mass_mg for x in alone.truth.lesions)
    assert not clipped
    assert added / 1.25 / 1000 == pytest.approx(drawn, rel=0.02)


def test_noise_is_as_asked(study, quiet):
    difference = study.image.array.astype(float) - quiet.image.array
    core = ndimage.binary_erosion(study.heart, iterations=6)
    assert difference[core].std() == pytest.approx(10.0, rel=0.12)


def test_plaques_follow_the_arteries(study):
    for lesion in study.truth.lesions:
        lines = [a.points for a in study.centerlines if a.territory == lesion.artery]
        away = np.linalg.norm(np.concatenate(lines) - lesion.center_mm, axis=1).min()
        assert away < 4.5


def test_motion_smears_plaques_and_keeps_their_mass():
    options = replace(
        QUICK, confounders=ConfounderOptions(), scan=replace(QUICK.scan, noise_hu=0.0, slices=16)
    )
    none = replace(options, plaques=PlaqueOptions(lesions=0))
    still = draw_ct(options)
    moving = draw_ct(replace(options, scan=replace(options.scan, motion_mm=6.0)))
    added = [
        s.image.array.astype(float) - draw_ct(replace(none, scan=replace(none.scan, motion_mm=m))).image.array
        for s, m in ((still, 0.0), (moving, 6.0))
    ]
    assert added[1].max() < 0.8 * added[0].max()


def test_lower_voltage_brightens_calcium_not_blood(quiet, bare):
    low = draw_ct(replace(QUICK, scan=replace(QUICK.scan, noise_hu=0.0, kvp=80)))
    place = np.unravel_index(np.argmax((quiet.labels == 1) * quiet.image.array), quiet.labels.shape)
    before = quiet.image.array[place] - int(bare.image.array[place])
    after = low.image.array[place] - int(bare.image.array[place])
    assert after == pytest.approx(1.47 * before, rel=0.02)


def test_padding_and_slices_are_as_asked():
    scan = replace(QUICK.scan, padding=True, slices=9, slice_thickness_mm=5.0, increment_mm=5.0)
    small = draw_ct(replace(QUICK, scan=scan))
    assert small.image.array.shape == (9, 160, 160)
    assert (small.image.array[:, 0, 0] == -1024).all()
    assert small.image.spacing_mm[2] == 5.0


def test_contrast_brightens_blood_only_when_asked(bare):
    scan = replace(QUICK.scan, noise_hu=0.0, contrast_hu=300.0)
    options = replace(QUICK, plaques=PlaqueOptions(lesions=0), confounders=ConfounderOptions(), scan=scan)
    enhanced = draw_ct(options)
    core = ndimage.binary_erosion(bare.heart, iterations=8)
    assert np.quantile(enhanced.image.array[core], 0.7) > 250


@pytest.mark.parametrize("fat", [0.5, 12.0])
def test_fat_widens_the_sac(fat, bare):
    anatomy = AnatomyOptions(fat_mm=fat, groove_fat=0.3 if fat < 1 else 1.5)
    other = draw_ct(
        replace(
            QUICK,
            anatomy=anatomy,
            plaques=PlaqueOptions(lesions=0),
            confounders=ConfounderOptions(),
            scan=replace(QUICK.scan, noise_hu=0.0),
        )
    )
    share = [(s.heart & (s.image.array < -40)).sum() / s.heart.sum() for s in (other, bare)]
    assert (share[0] < share[1]) == (fat < 1)


@pytest.mark.parametrize(
    "confounders",
    [
        ConfounderOptions(sternal_wires=True, bypass_clips=4),
        ConfounderOptions(pacemaker=3, central_line=True),
        ConfounderOptions(stents=2),
        ConfounderOptions(aortic_wall=5, aortic_root=3),
        ConfounderOptions(nodes=4, granulomas=4, pericardium=2, specks=4),
    ],
)
def test_confounders_are_labeled_other_and_are_bright(confounders):
    options = replace(QUICK, plaques=PlaqueOptions(lesions=0), confounders=confounders)
    drawn = draw_ct(options)
    assert set(np.unique(drawn.labels)) == {0, OTHER}
    assert drawn.truth.bright_voxels["other"] > 0
