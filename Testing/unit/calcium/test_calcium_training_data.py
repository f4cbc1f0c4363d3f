"""Packing, the training folder, who learns and who judges."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.calcium.grid import GridStep
from cardiothorax.calcium.training import phantom_data
from cardiothorax.calcium.training.filling import PACKED, STALE_SECONDS, add_to_index, claimed
from cardiothorax.calcium.training.layout import (
    Study,
    in_folds,
    read_index,
    split_by_patient,
    volume_file,
    write_index,
)
from cardiothorax.calcium.training.packing import (
    ARTERY,
    BONE,
    HARD,
    UNKNOWN,
    UNKNOWN_LABEL,
    pack,
    read_packed,
    threshold_of,
    write_packed,
)
from cardiothorax.calcium.training.volumes import read_volumes
from cardiothorax.errors import GeometryProblem, StoreProblem
from cardiothorax.imaging.image import Image
from cardiothorax.imaging.masks import write_mask
from Testing.unit.calcium.packed_studies import study, write_studies

STEP = GridStep(0.75, 2.5)


def scan(tags: dict[str, str] | None = None) -> tuple[Image, np.ndarray]:
    """On the network's own grid, so that voxels can be counted: LM, LCX, other, unlabelled, bone."""
    array = np.full((6, 40, 120), 40, np.int16)
    labels = np.zeros(array.shape, np.uint8)
    for code, i in ((4, 4), (2, 14), (5, 24), (0, 34), (UNKNOWN_LABEL, 44)):
        array[2, 10:13, i : i + 3] = 250
        labels[2, 10:13, i : i + 3] = code
    array[2, 10, 4] = 129  # labelled, but below the threshold
    array[:, 20:40, 60:100] = 500
    return Image(array, (0.75, 0.75, 2.5), modality="CT", tags=tags or {"KVP": "120"}), labels


def test_targets_are_what_is_bright_sorted_by_what_it_is() -> None:
    image, labels = scan()
    packed = pack(image, labels, name="a", patient="p", step=STEP)
    counts = np.bincount(packed.target.ravel(), minlength=7)
    assert counts[ARTERY + 1] == 8  # the left main counts as LAD; one voxel is too dark
    assert counts[ARTERY + 2] == 9
    assert counts[ARTERY + 3] == 0
    assert counts[HARD] == 18
    assert counts[UNKNOWN] == 9
    assert counts[BONE] == 6 * 20 * 40
    np.testing.assert_array_equal(packed.hu, image.array)
    assert packed.spacing_mm == (2.5, 0.75, 0.75)


def test_a_large_piece_that_somebody_labelled_is_no_bone() -> None:
    image, labels = scan()
    labels[:, 20:40, 60:100] = 5
    packed = pack(image, labels, name="a", patient="p", step=STEP)
    assert not (packed.target == BONE).any()


def test_an_artery_keeps_its_cell_when_cells_are_coarse() -> None:
    image, labels = scan()
    packed = pack(image, labels, name="a", patient="p", step=GridStep(3.0, 2.5))
    assert {ARTERY + 1, ARTERY + 2} <= set(np.unique(packed.target))


@pytest.mark.parametrize(
    ("kvp", "threshold"), [("100", 147), ("80", 167), ("120", 130), ("", 130), ("70", 130)]
)
def test_what_is_bright_depends_on_the_tube_voltage(kvp: str, threshold: float) -> None:
    assert threshold_of(scan({"KVP": kvp})[0]) == threshold


def test_a_packed_study_comes_back_exactly(tmp_path: Path) -> None:
    packed = study(3)
    write_packed(packed, tmp_path / "a.npz")
    again = read_packed(tmp_path / "a.npz")
    assert (again.name, again.patient, again.spacing_mm) == (packed.name, packed.patient, packed.spacing_mm)
    np.testing.assert_array_equal(again.hu, packed.hu)
    np.testing.assert_array_equal(again.target, packed.target)


def write_volumes(folder: Path, *, head_first: bool = False) -> tuple[Image, np.ndarray]:
    """Image and labels as files, as a user has them."""
    import SimpleITK

    image, labels = scan()
    write_mask(folder / "labels" / "a.nii.gz", labels, image)
    stored = SimpleITK.GetImageFromArray(image.array)
    stored.SetSpacing(image.spacing_mm)
    if head_first:
        stored.SetDirection((1, 0, 0, 0, 1, 0, 0, 0, -1))
        mask = SimpleITK.ReadImage(str(folder / "labels" / "a.nii.gz"))
        mask.SetDirection((1, 0, 0, 0, 1, 0, 0, 0, -1))
        SimpleITK.WriteImage(mask, str(folder / "labels" / "a.nii.gz"))
    (folder / "images").mkdir()
    SimpleITK.WriteImage(stored, str(folder / "images" / "a.nrrd"))
    write_index([Study("a", "p", "train")], folder)
    return image, labels


@pytest.mark.parametrize("head_first", [False, True])
def test_volumes_are_packed_once_whichever_way_their_slices_run(tmp_path: Path, head_first: bool) -> None:
    write_volumes(tmp_path, head_first=head_first)
    cache = tmp_path / "cache"
    volumes = read_volumes(tmp_path, read_index(tmp_path), step=STEP, cache=cache)
    first = (cache / "a.npz").stat().st_mtime_ns
    slab = 3 if head_first else 2
    assert set(np.unique(np.argwhere(volumes[0].target == ARTERY + 2)[:, 0])) == {slab}
    read_volumes(tmp_path, read_index(tmp_path), step=STEP, cache=cache)
    assert (cache / "a.npz").stat().st_mtime_ns == first


def test_labels_that_lie_elsewhere_are_refused(tmp_path: Path) -> None:
    image, labels = write_volumes(tmp_path)
    file = tmp_path / "labels" / "a.nii.gz"
    for origin, words in (((0.3, 0, 0), "does not lie on the image's grid"), ((90, 0, 0), "reaches outside")):
        write_mask(file, labels, replace(image, origin_mm=np.add(image.origin_mm, origin).tolist()))
        with pytest.raises(GeometryProblem, match=words):
            read_volumes(tmp_path, read_index(tmp_path), step=STEP, cache=tmp_path / "cache")


def test_mirrored_labels_are_turned_to_their_ct(tmp_path: Path) -> None:
    image, labels = write_volumes(tmp_path)
    expected = read_volumes(tmp_path, read_index(tmp_path), step=STEP, cache=tmp_path / "cache")[0].target
    last = image.lps(labels.shape[2] - 1, 0, 0)
    mirrored = replace(image, origin_mm=last, direction=(-1, 0, 0, 0, 1, 0, 0, 0, 1))
    write_mask(tmp_path / "labels" / "a.nii.gz", labels[..., ::-1], mirrored)
    found = read_volumes(tmp_path, read_index(tmp_path), step=STEP, cache=tmp_path / "again")[0].target
    np.testing.assert_array_equal(found, expected)


def test_data_packed_for_another_grid_are_refused(tmp_path: Path) -> None:
    write_studies(tmp_path)
    with pytest.raises(StoreProblem, match=r"packed with 0\.75 mm, the run asks for 0\.7 mm"):
        read_volumes(tmp_path, read_index(tmp_path), step=GridStep(0.7), cache=tmp_path / "cache")


def test_the_index_is_read_as_it_was_written(tmp_path: Path) -> None:
    studies = (Study("a", "p1", "train", "x"), Study("b", "p1", "train"), Study("c", "p2", "val"))
    write_index(studies, tmp_path)
    assert read_index(tmp_path) == studies


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,patient\na,p\n", "lacks the column split"),
        ("id,patient,split\n", "lists no study"),
        ("id,patient,split\na,p,training\n", "'training', not one of"),
        ("id,patient,split\na,p,train\na,p,train\n", "lists a twice"),
        ("id,patient,split\na,p,train\nb,p,val\n", "patient p is in train and in val"),
    ],
)
def test_what_is_wrong_with_an_index_is_said(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "index.csv").write_text(text, encoding="utf-8")
    with pytest.raises(StoreProblem, match=message):
        read_index(tmp_path)


def test_a_folder_without_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match=r"has no index\.csv"):
        read_index(tmp_path)
    with pytest.raises(StoreProblem, match="has no volume 'a'"):
        volume_file(tmp_path, "a")


STUDIES = tuple(Study(f"s{n}", f"p{n // 2}", "test" if n < 4 else "train") for n in range(24))


def test_five_folds_validate_every_patient_once_and_never_split_one() -> None:
    validated: list[str] = []
    for fold in range(5):
        split = in_folds(STUDIES, 5, fold)
        own = {s.patient for s in split if s.split == "val"}
        assert not own & {s.patient for s in split if s.split == "train"}
        assert [s.split for s in split[:4]] == ["test"] * 4
        assert len(own) == 2
        validated += own
    assert sorted(validated) == sorted({s.patient for s in STUDIES[4:]})


def test_folds_do_not_depend_on_the_order_of_the_index() -> None:
    assert set(in_folds(STUDIES, 5, 2)) == set(in_folds(STUDIES[::-1], 5, 2))
    with pytest.raises(ValueError, match="fold 5 of 5"):
        in_folds(STUDIES, 5, 5)


def test_a_new_split_is_by_patient() -> None:
    split = split_by_patient(STUDIES, 0.25, 0.25)
    by_patient = {s.patient: set() for s in split}
    for s in split:
        by_patient[s.patient].add(s.split)
    assert all(len(own) == 1 for own in by_patient.values())
    assert sorted(own.pop() for own in by_patient.values()) == ["test"] * 3 + ["train"] * 6 + ["val"] * 3


def test_a_claim_is_one_process_s_until_it_is_stale(tmp_path: Path) -> None:
    file = tmp_path / "a.claim"
    with claimed(file) as first, claimed(file) as second:
        assert (first, second) == (True, False)
    assert not file.exists()
    file.touch()
    old = time.time() - STALE_SECONDS - 5
    os.utime(file, (old, old))
    with claimed(file) as taken_over:
        assert taken_over


def test_studies_are_listed_when_they_are_there(tmp_path: Path) -> None:
    write_studies(tmp_path, 3)
    add_to_index(tmp_path, [Study("s01", "s01", "val", "drawn"), Study("missing", "m", "train")])
    assert [(s.name, s.split) for s in read_index(tmp_path)] == [
        ("s00", "train"),
        ("s01", "val"),
        ("s02", "val"),
    ]


def test_phantoms_are_drawn_once_and_split_by_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Drawn:
        image, labels = scan()

    drawn: list[object] = []
    monkeypatch.setattr(phantom_data, "draw_ct", lambda options: drawn.append(options) or Drawn)
    assert phantom_data.draw_studies(tmp_path, count=3, seed=11) == 3
    assert phantom_data.draw_studies(tmp_path, count=4, seed=10) == 1
    assert len(drawn) == 4
    assert [(s.name, s.split, s.source) for s in read_index(tmp_path)] == [
        ("phantom_000010", "train", "phantom"),
        ("phantom_000011", "train", "phantom"),
        ("phantom_000012", "val", "phantom"),
        ("phantom_000013", "train", "phantom"),
    ]


def test_a_study_that_another_process_draws_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phantom_data, "draw_ct", lambda options: pytest.fail("drawn twice"))
    with claimed(tmp_path / PACKED / "phantom_000007.claim"):
        assert phantom_data.draw_studies(tmp_path, count=1, seed=7) == 0


def test_real_scans_get_plaques_and_their_own_calcium_is_unknown(tmp_path: Path, shared_data: Path) -> None:
    from cardiothorax.calcium.training.implant_data import implant_studies

    made = implant_studies(shared_data / "ct" / "thorax", tmp_path, count=2, seed=8, validate=("plain_03",))
    studies = read_index(tmp_path)
    assert made == len(studies) == 6
    assert {s.patient: s.split for s in studies} == {
        "plain_01": "train",
        "plain_02": "train",
        "plain_03": "val",
    }
    plain, changed = (read_packed(tmp_path / PACKED / f"plain_01_0000{n}.npz") for n in (8, 9))
    assert (plain.target == UNKNOWN).any()
    assert not (plain.target > ARTERY).any()
    assert (changed.hu >= plain.hu).all()
    assert (changed.target > ARTERY).any()
