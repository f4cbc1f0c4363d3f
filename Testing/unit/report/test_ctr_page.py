"""The page of one film: every number with its unit, no patient, nothing from outside."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cardiothorax.models.card import Architecture, Card, NetworkInput, Normalisation, Training
from cardiothorax.report import write_html
from cardiothorax.report.ctr_page import page_context, value_rows
from cardiothorax.stats.extras import ExtraMissing
from Testing.unit.report.drawn_film import NOTE, REJECT, REVIEW, drawn_run, edited

CARD = Card(
    "ctr-unet-slim", "1.2", "ctr", "slim", "summary", Architecture("unet"),
    NetworkInput(512, "square", Normalisation(1, 99, (0, 1))), {"background": 0, "heart": 3},
    "CC BY-NC-SA 4.0", Training((), "", 0, ""), (), ("Not for children.",),
)  # fmt: skip


class Page(HTMLParser):
    """Text as read, and balanced tags."""

    VOID = frozenset({"meta", "img", "br", "path", "circle"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs) -> None:
        self.addresses += [value for name, value in attrs if name in ("src", "href") and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page(tmp_path: Path, *args, **options) -> tuple[Page, str]:
    write_html(*args[:1], tmp_path / "r.html", **options)
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    return Page(html), html


def test_page_says_everything(tmp_path: Path) -> None:
    run, image = drawn_run((NOTE, REVIEW), notes=("Polarity was turned.",), seconds={"network": 0.25})
    found, html = page(tmp_path, run, image=image, card=CARD)
    for said in (
        "CTR 0.44", "Heart not enlarged (≤ 0.50)", "320.0 mm", "140.0 mm",
        "Review. The patient is rotated. (12 mm, limit 10 mm)", "Note. The projection is not known.",
        "A reader must look", "Polarity was turned.", "ctr-unet-slim 1.2", "CC BY-NC-SA 4.0",
        "Not for children.", "ab" * 32, "cutoff 0.5, crf off, mirror on",
        "2026-03-01 09:30 UTC", "Research use, not a medical device.", "0.027", "network 0.25", "140 cm²",
    ):  # fmt: skip
        assert said in found.text, said
    assert html.index("The patient is rotated") < html.index("The projection is not known")
    assert "Automatic" not in found.text


def test_nothing_is_loaded_from_outside_and_no_folder_is_named(tmp_path: Path) -> None:
    run, image = drawn_run()
    found, html = page(tmp_path, run, image=image, card=CARD)
    assert [address[:23] for address in found.addresses] == ["data:image/jpeg;base64,"]
    assert not re.search(r"https?://|<script|<link|@import|url\(", html)
    assert "Miller" not in html
    assert "film 1.dcm" in found.text


def test_edited_beside_automatic(tmp_path: Path) -> None:
    run, image = drawn_run()
    found, html = page(tmp_path, edited(run), image=image)
    assert "edited by reader" in found.text
    assert "CTR * Th / T 0.487 0.438" in found.text
    assert "Th * cardiac diameter 156.0 mm 140.0 mm" in found.text
    assert "T thoracic diameter 320.0 mm 320.0 mm" in found.text
    assert "heart mask, Reader B, 2026-03-01 10:00 UTC." in found.text
    assert html.count('<tr class="changed">') == 2


def test_refused_film_has_reasons_and_no_number(tmp_path: Path) -> None:
    run, image = drawn_run((REJECT,), values=None, lines={})
    found, _ = page(tmp_path, replace(run, labels=run.labels * 0), image=image)
    assert "No ratio" in found.text
    assert "Reject. Not a frontal chest. (probability 0.98, limit 0.50)" in found.text
    assert "must not be used" in found.text
    assert " mm " not in found.text


def test_unknown_spacing_gives_pixels_only(tmp_path: Path) -> None:
    run, image = drawn_run(spacing_mm=None)
    found, _ = page(tmp_path, run, image=image)
    assert "800 px" in found.text
    assert " mm " not in found.text.replace("SHA", "")


def test_text_from_files_is_escaped(tmp_path: Path) -> None:
    run, image = drawn_run(source="<script>alert(1)</script>.dcm", notes=("a <b> & c",))
    _, html = page(tmp_path, run, image=image)
    assert "<script" not in html
    assert "a &lt;b&gt; &amp; c" in html


def test_without_picture(tmp_path: Path) -> None:
    found, html = page(tmp_path, drawn_run()[0])
    assert "<img" not in html
    assert "0.44" in found.text


@pytest.mark.parametrize(
    ("ctr", "cardiomegaly", "said"),
    [
        (0.43, False, "0.43"),
        (0.4996, False, "0.50"),
        (0.5, False, "0.50"),
        (0.5004, True, "0.5004"),
        (0.5021, True, "0.502"),
        (0.58, True, "0.58"),
    ],
)
def test_ratio_is_not_rounded_onto_its_cutoff(ctr: float, cardiomegaly: bool, said: str) -> None:
    """0.5021 is enlarged: "0.50, enlarged above 0.50" would read as an error."""
    run, _ = drawn_run()
    values = replace(run.result.values, ctr=ctr, cardiomegaly=cardiomegaly)
    assert page_context(replace(run, result=replace(run.result, values=values)))["ratio"] == said


def test_ap_films_name_their_own_cutoff() -> None:
    run, _ = drawn_run((replace(NOTE, code="projection_ap"),))
    assert "0.55" in page_context(run)["cutoff_note"]


def test_the_usual_cutoff_is_not_called_the_one_that_was_used() -> None:
    run, _ = drawn_run(())
    assert page_context(run)["cutoff_note"].startswith("0.50 is the usual cut-off")


def test_rows_have_units() -> None:
    run, _ = drawn_run()
    said = {row.name: row.value for row in value_rows(run.result.values)}
    assert said["T"] == "320.0 mm"
    assert said["CTR"] == "0.438"
    assert said["Tilt"].endswith("°")
    assert float(said["MRD"].split()[0]) + float(said["MLD"].split()[0]) == pytest.approx(140.0)


def test_without_jinja_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ExtraMissing, match=r"HTML report needs jinja2.*cardiothorax\[report\]"):
        write_html(drawn_run()[0], tmp_path / "r.html")
    assert list(tmp_path.iterdir()) == []


def test_importing_the_writers_is_light() -> None:
    import subprocess

    code = (
        "import sys, cardiothorax.report;"
        "sys.exit(bool({'matplotlib', 'jinja2', 'PIL', 'scipy', 'torch', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
