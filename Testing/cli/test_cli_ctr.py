"""``cardiothorax ctr`` from files to table, masks and pictures."""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest

REQUIRED = (
    "file",
    "ctr",
    "thoracic_diameter_px",
    "cardiac_diameter_px",
    "thoracic_diameter_mm",
    "cardiac_diameter_mm",
    "cardiomegaly",
    "verdict",
    "flags",
    "error",
    "seconds",
)


def rows_of(folder):
    with open(folder / "results.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_film_becomes_a_row_a_mask_and_a_picture(cardiothorax, film):
    import SimpleITK

    out = cardiothorax.folder / "out"
    done = cardiothorax("ctr", film, "--out", out, "--masks", "--overlay")
    assert done.code == 0, done.err
    assert done.out.strip() == str(out / "results.csv")
    (row,) = rows_of(out)
    assert set(REQUIRED) <= set(row)
    assert (row["file"], row["error"]) == (str(film), "")
    assert row["verdict"] in ("ok", "review")
    assert row["cardiomegaly"] == ("true" if float(row["ctr"]) > 0.5 else "false")
    ratio = float(row["cardiac_diameter_px"]) / float(row["thoracic_diameter_px"])
    assert math.isclose(float(row["ctr"]), ratio, rel_tol=1e-12)
    assert float(row["seconds"]) > 0

    mask, source = SimpleITK.ReadImage(str(out / "film_labels.nrrd")), SimpleITK.ReadImage(str(film))
    labels = SimpleITK.GetArrayFromImage(mask).squeeze()
    assert labels.dtype == np.uint8
    assert labels.shape == SimpleITK.GetArrayFromImage(source).squeeze().shape
    assert set(np.unique(labels)) == {0, 1, 2, 3}
    heart = np.flatnonzero((labels == 3).any(axis=0))
    assert abs(float(row["cardiac_diameter_px"]) - (heart[-1] - heart[0] + 1)) <= 2
    assert (out / "film.png").read_bytes()[:4] == b"\x89PNG"

    kept = json.loads((out / "results.json").read_text(encoding="utf-8"))
    (result,) = kept["results"]
    assert result["result"]["values"]["ctr"] == float(row["ctr"])
    assert result["result"]["schema"] == "cardiothorax/ctr/1"


def test_without_the_options_there_is_only_the_table(cardiothorax, pictures):
    cardiothorax("ctr", *pictures(1), "--out", "out")
    assert sorted(p.name for p in (cardiothorax.folder / "out").iterdir()) == [
        "results.csv",
        "results.json",
        "resume.jsonl",
    ]


def test_bad_files_cost_one_row_each_and_exit_3(cardiothorax, pictures):
    (good,) = pictures(1)
    text = cardiothorax.folder / "notes.dcm"
    text.write_text("not a film")
    done = cardiothorax("ctr", text, cardiothorax.folder / "gone.dcm", good, "--out", "out")
    assert done.code == 3
    rows = rows_of(cardiothorax.folder / "out")
    assert [bool(row["error"]) for row in rows] == [True, True, False]
    assert "notes.dcm" in rows[0]["error"]
    assert "gone.dcm" in rows[1]["error"]
    assert rows[0]["ctr"] == ""
    assert "Traceback" not in done.err
    assert "3 films" in done.err
    assert "2 failed" in done.err


def test_what_is_no_chest_has_no_ratio_and_says_so(cardiothorax, pictures):
    done = cardiothorax("ctr", *pictures(1), "--out", "out")
    (row,) = rows_of(cardiothorax.folder / "out")
    assert done.code == 0
    assert (row["verdict"], row["ctr"], row["cardiomegaly"]) == ("reject", "", "")
    assert {"not_frontal_chest", "turned"} & set(row["flags"].split(";"))


def test_folders_and_patterns_with_any_letters(cardiothorax, pictures):
    pictures(2, "Röntgen 胸部")
    by_folder = cardiothorax("ctr", "Röntgen 胸部", "--out", "Ergebnis ü")
    by_pattern = cardiothorax("ctr", "Röntgen*/*.png", "--out", "Ergebnis ü")
    assert (by_folder.code, by_pattern.code) == (0, 0)
    assert "2 done before" in by_pattern.err
    assert len(rows_of(cardiothorax.folder / "Ergebnis ü")) == 2


def test_two_at_a_time_give_the_same_rows(cardiothorax, pictures):
    files = pictures(4)
    cardiothorax("ctr", *files, "--out", "one")
    cardiothorax("ctr", *files, "--out", "two", "--jobs", "2")

    def without_time(name):
        rows = rows_of(cardiothorax.folder / name)
        return [{key: cell for key, cell in row.items() if key != "seconds"} for row in rows]

    assert without_time("one") == without_time("two")


def test_the_same_film_gives_the_same_digits_again(cardiothorax, film):
    ratios = []
    for name in ("first", "second"):
        cardiothorax("ctr", film, "--out", name)
        ratios.append(rows_of(cardiothorax.folder / name)[0]["ctr"])
    assert ratios[0] == ratios[1] != ""


def test_both_engines_give_the_same_ratio(cardiothorax, film):
    pytest.importorskip("torch", reason="needs the extra train")
    ratios = []
    for engine in ("onnx", "torch"):
        cardiothorax("ctr", film, "--out", engine, "--engine", engine, "--device", "cpu")
        (row,) = rows_of(cardiothorax.folder / engine)
        assert row["engine"] == engine
        ratios.append(float(row["ctr"]))
    assert abs(ratios[0] - ratios[1]) < 0.001


def test_a_second_run_computes_nothing_but_what_is_new(cardiothorax, pictures):
    files = pictures(3)
    cardiothorax("ctr", *files[:2], "--out", "out")
    times = [row["seconds"] for row in rows_of(cardiothorax.folder / "out")]
    done = cardiothorax("ctr", *files, "--out", "out")
    assert "2 done before" in done.err
    assert [row["seconds"] for row in rows_of(cardiothorax.folder / "out")][:2] == times
    assert "done before" not in cardiothorax("ctr", *files, "--out", "out", "--no-resume").err


def test_another_option_is_another_result(cardiothorax, pictures):
    files = pictures(1)
    cardiothorax("ctr", *files, "--out", "out")
    assert "done before" not in cardiothorax("ctr", *files, "--out", "out", "--cutoff", "0.55").err


def test_results_written_among_the_films_are_not_measured_next_time(cardiothorax, film):
    films = cardiothorax.folder / "films"
    films.mkdir()
    shutil.copy(film, films)
    for _ in range(2):
        done = cardiothorax("ctr", films, "--out", films, "--masks", "--overlay")
        assert done.code == 0
        assert [row["file"] for row in rows_of(films)] == [str(films / "film.dcm")]
    assert "1 done before" in done.err


def test_a_film_is_never_overwritten_by_its_picture(cardiothorax, pictures):
    (picture,) = pictures(1)
    before = picture.read_bytes()
    done = cardiothorax("ctr", picture, "--out", picture.parent, "--overlay")
    assert done.code == 2
    assert "would overwrite" in done.err
    assert picture.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_an_interrupted_run_exits_130_keeps_its_rows_and_goes_on(cardiothorax, pictures):
    files = pictures(75)
    out = cardiothorax.folder / "out"
    running = subprocess.Popen(
        cardiothorax.command("ctr", *files, "--out", out),
        env=cardiothorax.environment,
        cwd=cardiothorax.folder,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a suite run with & ignores it
    )
    end = time.monotonic() + 60
    while not (out / "results.csv").exists() or len(rows_of(out)) < 2:
        assert time.monotonic() < end
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "Interrupted" in said
    assert "Traceback" not in said
    kept = rows_of(out)
    assert 2 <= len(kept) < len(files)
    done = cardiothorax("ctr", *files, "--out", out)
    assert f"{len(kept)} done before" in done.err
    assert [row["file"] for row in rows_of(out)] == [str(file) for file in files]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ctr"], "Missing argument 'INPUT...'"),
        (["ctr", "x.dcm"], "Missing option '--out'"),
        (["ctr", "x.dcm", "--out", "o", "--crf", "gird"], "Invalid value for '--crf'"),
        (["ctr", "x.dcm", "--out", "o", "--model", "ctr-unet-slm"], "Did you mean 'ctr-unet-slim'?"),
        (["ctr", "x.dcm", "--out", "o", "--model", "frontal-gate"], "made for the task"),
        (["ctr", "x.dcm", "--out", "o", "--device", "cdua"], "Did you mean 'cuda'?"),
        (["ctr", "nothing-*.dcm", "--out", "o"], "no radiographs found"),
        (["ctrr", "x.dcm"], "Did you mean 'ctr'?"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(cardiothorax, arguments, said):
    done = cardiothorax(*arguments)
    assert done.code == 2
    assert said in done.err
    assert done.err.startswith("Error: ")
    assert len(done.err.strip().splitlines()) == 1
    assert not (cardiothorax.folder / "o").exists()


def test_debug_shows_where(cardiothorax):
    done = cardiothorax("ctr", "x.dcm", "--out", "o", "--model", "ctr-unet-slm", "--debug")
    assert done.code == 2
    assert "Traceback" in done.err


def test_quiet_says_nothing(cardiothorax, pictures):
    done = cardiothorax("ctr", *pictures(1), "--out", "out", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_quiet_still_says_what_failed(cardiothorax):
    done = cardiothorax("ctr", "no such film.dcm", "--out", "out", "--quiet")
    assert (done.code, done.out) == (3, "")
    assert "no such film.dcm: failed: " in done.err
    assert len(done.err.splitlines()) == 1


def test_copies_of_a_film_each_have_their_mask_and_picture(cardiothorax, pictures):
    (film,) = pictures(1)
    copy = film.with_name("copy.png")
    shutil.copyfile(film, copy)
    done = cardiothorax("ctr", film, copy, "--out", "out", "--masks", "--overlay")
    assert done.code == 0, done.err
    out = cardiothorax.folder / "out"
    for name in (film.stem, "copy"):
        assert (out / f"{name}_labels.nrrd").is_file()
        assert (out / f"{name}.png").is_file()
    kept = json.loads((out / "results.json").read_text(encoding="utf-8"))["results"]
    assert [entry["result"]["source"] for entry in kept] == [film.name, "copy.png"]


def test_another_gate_or_other_defaults_measure_again(monkeypatch):
    """Whoever gets new networks gets new results, also in a folder that has old ones."""
    from dataclasses import replace

    from cardiothorax.ctr import worker_task
    from cardiothorax.ctr.worker_task import decisive_models
    from cardiothorax.models import find_model

    card = find_model(None, task="ctr").checked_card()
    before = decisive_models(card)
    assert decisive_models(card) == before
    assert decisive_models(replace(card, defaults={"crf": "other"})) != before

    entry = find_model(None, task="radiograph-gate")
    other = replace(entry, card=replace(entry.checked_card(), onnx_sha256="0" * 64))
    monkeypatch.setattr(worker_task, "find_model", lambda *_, **__: other)
    assert decisive_models(card) != before
