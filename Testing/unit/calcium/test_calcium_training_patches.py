"""Patches: centered on what matters, labels that move with the picture, never mirrored."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed; training cannot be checked")

from cardiothorax.calcium.training import patches  # noqa: E402
from cardiothorax.calcium.training.packing import ARTERY, HARD, Packed  # noqa: E402
from cardiothorax.calcium.training.patches import crop, draw_patches, marks_of  # noqa: E402
from Testing.unit.calcium.packed_studies import study  # noqa: E402

SIZE = (4, 32, 32)


def test_marks_are_one_voxel_a_lesion_with_its_artery_and_what_is_hard() -> None:
    packed = study(1)
    marks = marks_of(packed)
    assert len(marks.lesions) == 1
    assert marks.arteries.tolist() == [2]
    assert packed.target[tuple(marks.lesions[0])] == ARTERY + 2
    assert len(marks.hard) == 9
    assert len(marks.bone) == 8 * 8 * 20


def test_patches_show_what_they_are_centered_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "MIXTURE", {"lesion": 1.0, "hard": 0.0, "bone": 0.0, "anywhere": 0.0})
    volumes = [study(n) for n in range(3)]
    hu, target = draw_patches(
        volumes, [marks_of(v) for v in volumes], 30, SIZE, np.random.default_rng(0), strength=1.0
    )
    assert hu.shape == (30, 1, *SIZE)
    assert target.shape == (30, *SIZE)
    assert (target > ARTERY).flatten(1).any(1).all()
    assert {int(t.max()) - ARTERY for t in target} == {1, 2, 3}


def test_the_marked_voxel_is_in_a_slab_that_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "MIXTURE", {"lesion": 1.0, "hard": 0.0, "bone": 0.0, "anywhere": 0.0})
    volume = study(2)
    _, target = draw_patches(
        [volume], [marks_of(volume)], 20, (9, 32, 32), np.random.default_rng(1), 0.0, unanswered=4
    )
    assert (target[:, 4] > ARTERY).flatten(1).any(1).all()


def test_without_augmentation_a_patch_is_a_piece_of_the_study() -> None:
    volume = study(0)
    hu, target = draw_patches([volume], [marks_of(volume)], 8, SIZE, np.random.default_rng(2), strength=0.0)
    assert set(np.unique(hu.numpy())) <= set(np.unique(volume.hu).tolist()) | {-1000.0}
    assert (hu[:, 0][target > 0] == 320).all()


def test_turning_keeps_labels_on_their_voxels() -> None:
    volume = study(0)
    rng = np.random.default_rng(3)
    hu = torch.from_numpy(volume.hu).float()
    codes = torch.from_numpy(volume.target)
    for _ in range(10):
        moved, labels = patches._turned(hu, codes, (40, 40), rng, 1.0)
        assert moved.shape == labels.shape == (8, 40, 40)
        assert float(moved[labels > 0].median()) > 250
        assert float(moved[labels == 0].median()) < 60


def test_nothing_is_ever_mirrored() -> None:
    """The left coronary artery stays on the left: a bright left half never comes out on the right."""
    hu = torch.zeros(2, 64, 64)
    hu[:, :, 32:] = 500
    hu[:, :32] += 100
    rng = np.random.default_rng(4)
    for _ in range(40):
        moved, _ = patches._turned(hu, torch.zeros(2, 64, 64, dtype=torch.uint8), (32, 32), rng, 1.0)
        assert moved[:, :, 24:].mean() > moved[:, :, :8].mean() + 200
        assert moved[:, :8].mean() > moved[:, 24:].mean() + 30


def test_other_scanners_change_grey_values_and_nothing_else() -> None:
    hu = torch.from_numpy(study(0).hu).float()
    once, again = (patches._scanned(hu.clone(), np.random.default_rng(5), 1.0) for _ in range(2))
    assert torch.equal(once, again)
    assert once.shape == hu.shape
    assert abs(float(once.mean() - hu.mean())) < 40


@pytest.mark.parametrize("center", [(0, 0, 0), (7, 47, 63), (3, 20, 30)])
def test_what_lies_outside_a_study_is_filled(center: tuple[int, int, int]) -> None:
    volume = study(0)
    piece = crop(volume.hu, np.array(center), SIZE, -1000)
    assert piece.shape == SIZE
    inside = [
        min(c + s - s // 2, n) - max(0, c - s // 2)
        for c, s, n in zip(center, SIZE, volume.hu.shape, strict=True)
    ]
    assert (piece != -1000).sum() == np.prod(inside)
    assert piece[SIZE[0] // 2, SIZE[1] // 2, SIZE[2] // 2] == volume.hu[center]


def test_a_patch_far_outside_is_air() -> None:
    assert (crop(study(0).hu, np.array([100, 0, 0]), SIZE, -1000) == -1000).all()


def test_data_without_any_lesion_still_give_patches() -> None:
    volume = study(0)
    empty = Packed("e", "e", volume.hu, np.where(volume.target > HARD, 0, volume.target), volume.spacing_mm)
    _, target = draw_patches([empty], [marks_of(empty)], 12, SIZE, np.random.default_rng(6))
    assert not (target > ARTERY).any()
    assert (target == HARD).any()
