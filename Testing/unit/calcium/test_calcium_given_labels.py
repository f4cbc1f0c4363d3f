"""Labels of any program lie on the CT's grid exactly, or are refused in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cardiothorax.calcium.given_labels import read_labels
from cardiothorax.errors import GeometryProblem, UnreadableImage
from cardiothorax.imaging import write_mask
from cardiothorax.imaging.image import Image

sitk = pytest.importorskip("SimpleITK")


@pytest.fixture
def image() -> Image:
    return Image(
        np.zeros((6, 9, 11), np.int16), (0.4, 0.5, 2.5), (-31.0, 12.5, 100.0), modality="CT", source="ct"
    )


@pytest.fixture
def labels(image: Image) -> np.ndarray:
    drawn = np.random.default_rng(3).integers(0, 6, image.array.shape)
    return np.where(np.indices(drawn.shape).sum(axis=0) % 3 == 0, drawn, 0).astype(np.uint8)


def stored(image: Image, labels: np.ndarray) -> Any:
    made = sitk.GetImageFromArray(labels)
    made.SetSpacing(image.spacing_mm)
    made.SetOrigin(image.origin_mm)
    made.SetDirection(image.direction)
    return made


@pytest.mark.parametrize("ending", [".nrrd", ".nii.gz", ".mha"])
def test_what_we_wrote_is_read_back(tmp_path: Path, image: Image, labels: np.ndarray, ending: str) -> None:
    write_mask(tmp_path / f"l{ending}", labels, image)
    np.testing.assert_array_equal(read_labels(tmp_path / f"l{ending}", image), labels)


@pytest.mark.parametrize("axes", ["LPS", "RAS", "LPI", "RPI", "PIL", "ASL", "SAR"])
def test_any_order_of_axes_and_slices(tmp_path: Path, image: Image, labels: np.ndarray, axes: str) -> None:
    sitk.WriteImage(sitk.DICOMOrient(stored(image, labels), axes), str(tmp_path / "l.nrrd"))
    np.testing.assert_array_equal(read_labels(tmp_path / "l.nrrd", image), labels)


def test_a_segmentation_cut_to_what_is_drawn(tmp_path: Path, image: Image, labels: np.ndarray) -> None:
    part = stored(image, labels)[2:7, 1:8, 3:5]
    sitk.WriteImage(sitk.DICOMOrient(part, "RAS"), str(tmp_path / "l.nrrd"))
    expected = np.zeros_like(labels)
    expected[3:5, 1:8, 2:7] = labels[3:5, 1:8, 2:7]
    np.testing.assert_array_equal(read_labels(tmp_path / "l.nrrd", image), expected)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"spacing_mm": (0.45, 0.5, 2.5)}, "spacing"),
        ({"origin_mm": (-30.8, 12.5, 100.0)}, "does not lie on the image's grid"),
        ({"origin_mm": (-33.0, 12.5, 100.0)}, "reaches outside"),
        ({"direction": (0.98, -0.199, 0, 0.199, 0.98, 0, 0, 0, 1)}, "axes differ"),
    ],
)
def test_another_grid_is_refused(
    tmp_path: Path, image: Image, labels: np.ndarray, change: dict[str, Any], said: str
) -> None:
    sitk.WriteImage(stored(replace(image, **change), labels), str(tmp_path / "l.nrrd"))
    with pytest.raises(GeometryProblem, match=said) as problem:
        read_labels(tmp_path / "l.nrrd", image)
    assert "l.nrrd" in problem.value.message


def test_a_larger_volume_is_refused(tmp_path: Path, image: Image) -> None:
    more = Image(np.zeros((7, 9, 11), np.int16), image.spacing_mm, image.origin_mm)
    sitk.WriteImage(stored(more, more.array.astype(np.uint8)), str(tmp_path / "l.nrrd"))
    with pytest.raises(GeometryProblem, match="11 x 9 x 7"):
        read_labels(tmp_path / "l.nrrd", image)


def test_values_that_are_no_arteries_are_named(tmp_path: Path, image: Image, labels: np.ndarray) -> None:
    labels[0, 0, :2] = (6, 17)
    sitk.WriteImage(stored(image, labels), str(tmp_path / "l.nrrd"))
    with pytest.raises(GeometryProblem, match="values 6, 17"):
        read_labels(tmp_path / "l.nrrd", image)


def test_probabilities_are_no_labels(tmp_path: Path, image: Image, labels: np.ndarray) -> None:
    sitk.WriteImage(stored(image, labels.astype(np.float32) * 0.3), str(tmp_path / "l.nrrd"))
    with pytest.raises(GeometryProblem, match=r"0\.3"):
        read_labels(tmp_path / "l.nrrd", image)


def test_whole_numbers_in_floats_are_good(tmp_path: Path, image: Image, labels: np.ndarray) -> None:
    sitk.WriteImage(stored(image, labels.astype(np.float32)), str(tmp_path / "l.nrrd"))
    found = read_labels(tmp_path / "l.nrrd", image)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, labels)


def test_what_is_no_image_is_unreadable(tmp_path: Path, image: Image) -> None:
    (tmp_path / "l.nrrd").write_text("not labels")
    with pytest.raises(UnreadableImage, match=r"l\.nrrd"):
        read_labels(tmp_path / "l.nrrd", image)
