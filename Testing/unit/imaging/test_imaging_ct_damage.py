"""Cut and scrambled slices: an error in words, or the true values; never garbage, never a crash."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import JPEGLSLossless, RLELossless

from cardiothorax.errors import CardiothoraxError, UnreadableImage
from cardiothorax.imaging import Image, list_ct_series, read_ct
from Testing.unit.imaging.ct_slices import PERSON, chest, write_series

HU = chest(4, 40, 48)
SYNTAXES = {"plain": "", "rle": RLELossless, "jpegls": JPEGLSLossless}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_slice_cut_at_every_tenth(syntax: str, tmp_path: Path) -> None:
    paths = write_series(tmp_path, HU, syntax=SYNTAXES[syntax])
    content = paths[1].read_bytes()
    for tenth in range(10):
        paths[1].write_bytes(content[: len(content) * tenth // 10])
        with pytest.raises(CardiothoraxError) as caught:
            read_ct(tmp_path)
        assert "s001.dcm" in caught.value.message
        assert caught.value.hint


def test_the_last_slice_cut_is_never_left_out_in_silence(tmp_path: Path) -> None:
    """Without it the stack would look complete."""
    paths = write_series(tmp_path, HU)
    content = paths[3].read_bytes()
    for length in (0, 10, 140, 300, 700, len(content) // 2, len(content) - 2):
        paths[3].write_bytes(content[:length])
        with pytest.raises(UnreadableImage, match=r"s003\.dcm"):
            read_ct(tmp_path)


@pytest.mark.filterwarnings("ignore")  # what the libraries mutter about damaged headers
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_scrambled_bytes_are_survived(syntax: str, tmp_path: Path) -> None:
    paths = write_series(tmp_path, HU, syntax=SYNTAXES[syntax])
    content, rng = paths[2].read_bytes(), np.random.default_rng(11)
    for _ in range(25):
        damaged = bytearray(content)
        for place in (*rng.integers(0, 1400, 6), *rng.integers(0, len(content), 2)):
            damaged[min(int(place), len(damaged) - 1)] = int(rng.integers(0, 256))
        paths[2].write_bytes(damaged)
        for result in (outcome(tmp_path), outcome(paths[0])):
            if isinstance(result, CardiothoraxError):
                assert result.message
                assert not any(value in str(result) for value in PERSON.values())
            else:
                assert result.array.dtype in (np.int16, np.float32)
                assert result.array.min() >= -1024
                assert result.spacing_mm[2] == 3.0


def outcome(path: Path) -> Image | CardiothoraxError:
    try:
        return read_ct(path)
    except CardiothoraxError as problem:
        return problem


def test_warnings_of_the_process_are_as_before(tmp_path: Path) -> None:
    """Slices are decoded on threads, which must not change what the process shows."""
    import warnings

    write_series(tmp_path, HU, syntax=RLELossless)
    before = list(warnings.filters)
    for _ in range(5):
        read_ct(tmp_path)
    assert list(warnings.filters) == before


def test_a_listing_names_the_damaged_file(tmp_path: Path) -> None:
    paths = write_series(tmp_path, HU)
    paths[0].write_bytes(paths[0].read_bytes()[:200])
    with pytest.raises(UnreadableImage, match=r"s000\.dcm"):
        list_ct_series(tmp_path)
