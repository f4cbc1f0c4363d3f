"""Pictures for the README: the panel and the sample film in Slicer's own views.

    python Testing/scene/render_screenshots.py [--tools FOLDER] [--out FOLDER]

Views come from Slicer's displayable managers off screen, the panel from the desktop stand-in, whose folder
``slicer_desktop`` lies in ``--tools`` (default: ``../shared/tools`` beside the repository). Only the
synthesized samples are shown.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PANEL_WIDTH_PX = 480
VIEW_PX = 800
LARGEST_BYTES = 300_000


def main() -> None:
    options = _options()
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    sys.path[:0] = [str(REPOSITORY), str(options.tools)]
    from slicer_desktop import Desktop

    from Testing.scene.render_calcium import calcium_pictures

    options.out.mkdir(parents=True, exist_ok=True)
    with Desktop() as desktop:
        widget = desktop.load_module(REPOSITORY / "CTRMeasure" / "CTRMeasure.py")
        desktop.enter(widget)
        pictures = [
            _panel(desktop, widget, options.out / "panel-start.png"),
            *_result(desktop, widget, options.out),
            *_corrected(desktop, widget, options.out),
        ]
        desktop.exit(widget)
        desktop.scene.Clear(0)
        pictures += calcium_pictures(desktop, options.out, _panel, _view)
    for picture in pictures:
        _shrink(picture)
        print(f"{picture.relative_to(options.out.parent)}: {picture.stat().st_size // 1000} kB")


def _result(desktop, widget, out: Path) -> list[Path]:
    widget.ui.sampleButton.click()
    widget.ui.applyButton.click()
    if not desktop.process(until=lambda: widget.review.result is not None, timeout=120):
        raise SystemExit(f"no result: {widget.ui.statusLabel.text}")
    return [_panel(desktop, widget, out / "panel-result.png"), _view(desktop, out / "slice-view.png")]


def _corrected(desktop, widget, out: Path) -> list[Path]:
    """A reader has painted at the heart's left border."""
    from cardiothorax.scene.geometry import point_of_pixel

    review = widget.review.review
    widget.ui.readerEdit.text = "AB"
    widget.ui.masksSection.collapsed = False
    x, y = review.run.result.lines["MLD"].end_px
    editor = widget.ui.segmentEditor
    editor.setActiveEffectByName("Paint")
    desktop.hand(editor).paint(point_of_pixel(review.nodes.volume, x - 10, y), radius_mm=8)
    desktop.process(until=lambda: review.edited, timeout=10)
    panel = _panel(desktop, widget, out / "panel-corrected.png")
    return [panel, _view(desktop, out / "slice-view-corrected.png")]


def _panel(desktop, widget, path: Path) -> Path:
    desktop.grab(widget, path, width=PANEL_WIDTH_PX)
    return path


def _view(desktop, path: Path, name: str = "Red") -> Path:
    desktop.grab_view(name, path, VIEW_PX, VIEW_PX)
    return path


def _shrink(path: Path) -> None:
    """Few colors are lost on a gray film with three outlines; the repository stays small."""
    from PIL import Image

    with Image.open(path) as picture:
        plain = picture.convert("RGB")
    plain.save(path, optimize=True)
    if path.stat().st_size > LARGEST_BYTES:
        plain.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def _options() -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--tools", type=Path, default=REPOSITORY.parent / "shared" / "tools")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "Resources" / "Screenshots")
    return parser.parse_args()


if __name__ == "__main__":
    main()
