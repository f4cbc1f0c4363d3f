"""Overlays: every stroke where the result says, lettering inside the picture, sides never swapped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PilImage

from cardiothorax.ctr.result import CtrRun
from cardiothorax.imaging.image import Image
from cardiothorax.report import draw_ctr, draw_overlay, write_overlay_png
from cardiothorax.report import lettering as lettering_module
from cardiothorax.report.drawing import Canvas
from cardiothorax.report.lettering import writable
from cardiothorax.report.palette import LINE_COLORS, ORGAN_COLORS
from Testing.unit.report.drawn_film import NOTE, REJECT, REVIEW, chest_labels, drawn_run

GREY = np.full((1000, 1000), 90, np.uint8)


def drawn(**options) -> np.ndarray:
    run, _ = drawn_run()
    return draw_overlay(GREY, run.labels, run.result.lines, **options)


def near(rgb: np.ndarray, color: tuple[int, int, int], tolerance: int = 40) -> np.ndarray:
    return np.abs(rgb.astype(int) - color).max(axis=-1) <= tolerance


def test_outlines_run_inside_the_borders() -> None:
    rgb = draw_overlay(GREY, chest_labels(), {})
    for label, color in ORGAN_COLORS.items():
        mask = chest_labels() == label
        painted = near(rgb, color)
        rows, columns = np.nonzero(painted)
        own = np.argwhere(mask)
        assert (rows.min(), columns.min()) == tuple(own.min(axis=0))
        assert (rows.max(), columns.max()) == tuple(own.max(axis=0))
        assert not painted[~mask].any()


def test_measured_lines_stand_at_their_ends() -> None:
    """T runs over columns 99.5 to 899.5, between pixel borders."""
    run, _ = drawn_run()
    rgb = draw_overlay(GREY, np.zeros_like(run.labels), {"T": run.result.lines["T"]})
    row = round(run.result.lines["T"].start_px[1])
    columns = np.flatnonzero(near(rgb[row], LINE_COLORS["T"]))
    assert columns.min() in (98, 99, 100)
    assert columns.max() in (899, 900)
    ticks = near(rgb, LINE_COLORS["T"])
    assert ticks[row - 8 : row + 8, 98:101].any(axis=1).all()


def test_drawing_changes_nothing_but_its_strokes() -> None:
    rgb = drawn()
    assert rgb.shape == (1000, 1000, 3)
    assert rgb.dtype == np.uint8
    untouched = (rgb == 90).all(axis=-1)
    assert untouched.mean() > 0.9
    assert untouched[300, 250]  # inside the lung the film is as it was


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((256, 256), (1000, 1000)),
        ((500, 400), (1000, 800)),
        ((1200, 900), (1200, 900)),
        ((2000, 2500), (1280, 1600)),
    ],
)
def test_size_is_readable_and_bounded(shape: tuple[int, int], expected: tuple[int, int]) -> None:
    rgb = draw_overlay(np.zeros(shape, np.uint8), np.zeros(shape, np.uint8), {})
    assert rgb.shape[:2] == expected


def test_pixels_that_are_not_square_are_drawn_in_proportion() -> None:
    rgb = draw_overlay(GREY[:500], chest_labels()[:500], {}, pixel_aspect=2.0)
    assert rgb.shape[:2] == (1000, 1000)


def test_scaling_keeps_places() -> None:
    """The same chest on a quarter of the pixels is drawn at the same places, to one stroke."""
    large = near(draw_overlay(GREY, chest_labels(), {}), ORGAN_COLORS[3])
    small = near(draw_overlay(GREY[::4, ::4], chest_labels(250), {}), ORGAN_COLORS[3])
    for axis in (0, 1):
        ends = [np.flatnonzero(painted.any(axis=axis))[[0, -1]] for painted in (large, small)]
        assert ends[0] == pytest.approx(ends[1], abs=4)


def letters(rgb: np.ndarray) -> list[np.ndarray]:
    """What is written in the upper corners, left then right, cut to its strokes."""
    cut = []
    for corner in (rgb[:60, :60], rgb[:60, -60:]):
        rows, columns = np.nonzero(corner[..., 0] > 200)
        cut.append(corner[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
    return cut


def test_letters_follow_the_lungs() -> None:
    labels = chest_labels()
    right, left = letters(draw_overlay(GREY, labels, {}))
    assert right.shape != left.shape
    mirrored = letters(draw_overlay(GREY, labels[:, ::-1], {}))
    assert np.array_equal(mirrored[0], left)
    assert np.array_equal(mirrored[1], right)


def test_one_lung_tells_no_sides() -> None:
    one = draw_overlay(GREY, np.where(chest_labels() == 1, 0, chest_labels()), {})
    assert (one[:60] == 90).all()


@pytest.mark.parametrize("level", [0, 255])
def test_lettering_is_legible_on_black_and_white(level: int) -> None:
    """Behind the letters lies a shade: at least 4.5 to 1 contrast, as accessible text needs."""
    run, _ = drawn_run()
    rgb = draw_overlay(np.full_like(GREY, level), run.labels, {"T": run.result.lines["T"]})
    yellow = near(rgb, LINE_COLORS["T"], 25)
    row = round(run.result.lines["T"].start_px[1])
    text = yellow.copy()
    text[row - 20 : row + 20] &= False
    text[:, :110] = False
    text[:, 890:] = False
    assert text.any()
    rows, columns = np.nonzero(text)
    behind = rgb[rows.min() - 3, columns.min() : columns.max()].mean()
    assert contrast(LINE_COLORS["T"], (behind,) * 3) > 4.5


def contrast(a, b) -> float:
    def light(color) -> float:
        c = np.asarray(color, float) / 255
        return float(
            np.where(c <= 0.03928, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)
        )

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_labels_of_lines_never_overlap() -> None:
    """T and Th on one row, as in many films: all four labels find a place of their own."""
    run, _ = drawn_run()
    lines = {
        name: replace(line, start_px=(line.start_px[0], 700.0), end_px=(line.end_px[0], 700.0))
        for name, line in run.result.lines.items()
    }
    canvas = Canvas.of(GREY, 1.0, 1000, 1600)
    for line in lines.values():
        canvas.measured_line(line.start_px, line.end_px, (255, 255, 255))
    strokes = len(canvas.taken)
    for name, line in lines.items():
        canvas.line_label(f"{name} 281.4 mm", line.start_px, line.end_px, (255, 255, 255))
    boxes = canvas.taken[strokes:]
    assert len(boxes) == 4
    for i, a in enumerate(boxes):
        assert 0 <= a[0] < a[2] <= 1000
        assert 0 <= a[1] < a[3] <= 1000
        for b in [*canvas.taken[:strokes], *boxes[:i]]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_labels_stay_inside_at_the_border() -> None:
    canvas = Canvas.of(GREY, 1.0, 1000, 1600)
    canvas.line_label("T 281.4 mm", (900.0, 2.0), (999.0, 2.0), (255, 255, 255))
    x0, y0, x1, y1 = canvas.taken[-1]
    assert x0 >= 0
    assert y0 >= 0
    assert x1 <= 1000
    assert y1 <= 1000


def test_footer_grows_with_what_it_says() -> None:
    run, _ = drawn_run()
    options = {"values": run.result.values, "caption": "film 1.dcm"}
    heights = [drawn(**options, flags=flags).shape[0] for flags in ((), (NOTE,), (NOTE, REVIEW, REJECT))]
    assert 1000 < heights[0] < heights[1] < heights[2]
    assert np.array_equal(drawn(**options)[:1000], drawn(values=run.result.values, footer=False))


def test_a_label_without_room_beside_its_line_never_covers_another() -> None:
    """Th closely above, T closely below, as where the heart lies on the diaphragm."""
    canvas = Canvas.of(GREY, 1.0, 1000, 1600)
    for row in (700.0, 712.0, 724.0):
        canvas.measured_line((200.0, row), (800.0, row), (255, 255, 255))
    canvas.line_label("MLD 304 px", (200.0, 712.0), (800.0, 712.0), (255, 255, 255))
    box = canvas.taken.pop()
    assert canvas._is_free(box)


def test_reject_says_no_ratio_and_explains_no_colors() -> None:
    refused = draw_overlay(GREY, np.zeros_like(GREY), {}, flags=(REJECT,))
    assert not near(refused[1000:], ORGAN_COLORS[1], 5).any()
    found = draw_overlay(GREY, chest_labels(), {}, flags=(NOTE,))
    assert near(found[1000:], ORGAN_COLORS[1], 5).any()


def test_long_captions_are_wrapped() -> None:
    one, many = drawn(caption="film"), drawn(caption="a long name of a film " * 12)
    assert many.shape[0] > one.shape[0] + 40
    assert many.shape[1] == 1000


def test_nothing_found_is_drawn_too() -> None:
    empty = np.zeros_like(GREY)
    assert (draw_overlay(GREY, empty, {}) == 90).all()
    assert draw_overlay(GREY, empty, {}, flags=(REJECT,)).shape[0] > 1000


def test_thin_masks_and_masks_at_the_border() -> None:
    labels = np.zeros_like(GREY)
    labels[:, 0] = 3
    labels[0, :] = 1
    rgb = draw_overlay(GREY, labels, {})
    assert near(rgb[500], ORGAN_COLORS[3])[0]
    assert near(rgb[0], ORGAN_COLORS[1])[500]


@pytest.mark.parametrize(
    ("grey", "labels", "words"),
    [
        (GREY, chest_labels()[:-1], "one shape"),
        (GREY[None], chest_labels()[None], "2-D|one shape"),
        (np.zeros((0, 0)), np.zeros((0, 0)), "one shape"),
        (GREY.astype(float) * 30, chest_labels(), "expected 0 to 255"),
        (GREY * np.nan, chest_labels(), "expected 0 to 255"),
    ],
)
def test_wrong_input_is_refused(grey: np.ndarray, labels: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        draw_overlay(grey, labels, {})


def test_png_is_the_picture_and_nothing_else(tmp_path: Path) -> None:
    rgb = drawn()
    write_overlay_png(rgb, tmp_path / "film.png")
    with PilImage.open(tmp_path / "film.png") as picture:
        assert np.array_equal(np.asarray(picture), rgb)
        assert picture.info == {}


def test_mirrored_film_is_shown_in_radiographic_view() -> None:
    """Stored with the patient's left at the picture's left: the drawn picture is the same."""
    run, image = drawn_run()
    ramp = np.tile(np.linspace(20, 200, 1000, dtype=np.float32), (1000, 1))[None]
    usual = replace(image, array=ramp)
    stored = replace(image, array=ramp[..., ::-1], tags={"PatientOrientation": "R\\F"})
    ends = {
        name: replace(
            line,
            start_px=(999 - line.start_px[0], line.start_px[1]),
            end_px=(999 - line.end_px[0], line.end_px[1]),
        )
        for name, line in run.result.lines.items()
    }
    mirrored = CtrRun(replace(run.result, lines=ends), run.labels[:, ::-1])
    assert np.array_equal(draw_ctr(run, usual, footer=False), draw_ctr(mirrored, stored, footer=False))


def test_film_on_its_side_is_turned_with_its_pixels() -> None:
    run, image = drawn_run()
    on_its_side = Image(
        image.array.swapaxes(1, 2),
        (0.8, 0.4, 1.0),
        spacing_source="PixelSpacing",
        tags={"PatientOrientation": "F\\L"},
    )
    rgb = draw_ctr(CtrRun(replace(run.result, lines={}), run.labels.T), on_its_side, footer=False)
    assert rgb.shape[:2] == (1600, 800)


def test_without_any_font_text_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering_module, "font_file", lambda: "")
    lettering_module.sized.cache_clear()
    assert writable("Größe ≤ 0.50, 2 × 3°\n") == "Grosse <= 0.50, 2 x 3 deg "
    assert writable("中文.dcm · PA") == "??.dcm - PA"
    assert drawn(caption="≤ 0.50").shape[0] > 1000
    lettering_module.sized.cache_clear()


def test_real_films(shared_data: Path) -> None:
    """Dark, bright and small films are all drawn; outlines cover what the masks' borders cover."""
    folder = shared_data / "cxr/segmentation"
    for name, suffix in (("jsrt_JPCLN001", ".jpg"), ("ws_00a8ab71f7", ".png")):
        grey = np.asarray(PilImage.open(folder / f"images/{name}{suffix}").convert("L"))
        labels = np.asarray(PilImage.open(folder / f"masks/{name}.png"))
        rgb = draw_overlay(grey, labels, {})
        for label, color in ORGAN_COLORS.items():
            assert near(rgb, color).sum() > 500, (name, label)


def test_what_the_font_lacks_is_a_question_mark_and_not_a_box() -> None:
    if not lettering_module.font_file():
        pytest.skip("no font file on this machine")
    assert writable("中文 e\u0301tude ≤ 0.50 Größe −3°") == "?? étude ≤ 0.50 Größe −3°"
