"""Real radiographs, where they are present: read, turned, squared, and their masks brought back."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.imaging import (
    find_radiographs,
    labels_to_input,
    labels_to_square,
    pad_to_square,
    radiographic_view,
    read_mask,
    read_radiograph,
    write_mask,
)


@pytest.fixture(scope="module")
def some_films(shared_data: Path) -> list[dict[str, str]]:
    """Every 40th film with heart and lungs, from all sources."""
    with open(shared_data / "cxr" / "segmentation" / "index.csv", newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))[::40]


def test_films_read_as_their_index_says(shared_data: Path, some_films: list[dict[str, str]]) -> None:
    for row in some_films:
        image = read_radiograph(shared_data / "cxr" / "segmentation" / row["image"])
        assert image.array.shape == (1, int(row["height"]), int(row["width"]))
        assert image.array.dtype == np.float32
        assert image.notes == ()
        view, turn = radiographic_view(image)
        assert turn.identity
        assert np.shares_memory(view, image.array)


def heart_over_chest(labels: np.ndarray) -> float:
    heart = np.flatnonzero((labels == 3).any(0))
    lungs = [np.flatnonzero(row) for row in np.isin(labels, (1, 2))]
    return float(np.ptp(heart) + 1) / max(np.ptp(columns) + 1 for columns in lungs if columns.size)


def test_masks_survive_square_and_file(
    shared_data: Path, some_films: list[dict[str, str]], tmp_path: Path
) -> None:
    """The ratio of a real mask moves by less than a network pixel of 512 on the way there and back."""
    for row in (row for row in some_films if row["has_heart"] == "1"):
        folder = shared_data / "cxr" / "segmentation"
        labels = read_radiograph(folder / "masks" / f"{row['id']}.png").array[0].astype(np.uint8)
        film = read_radiograph(folder / row["image"])
        _, fit = pad_to_square(film.array[0], 512)
        back = labels_to_input(labels_to_square(labels, fit), fit)
        assert heart_over_chest(back) == pytest.approx(heart_over_chest(labels), abs=2.5 / 512)
        write_mask(tmp_path / f"{row['id']}_labels.nrrd", labels, film)
        np.testing.assert_array_equal(read_mask(tmp_path / f"{row['id']}_labels.nrrd", film)[0], labels)


def test_a_folder_of_real_films_is_found(shared_data: Path) -> None:
    assert len(find_radiographs([str(shared_data / "cxr" / "segmentation" / "images")])) == 690
    assert len(find_radiographs([str(shared_data / "cxr" / "not_frontal")])) == 16
