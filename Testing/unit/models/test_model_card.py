"""The card: exact round trip, and everything that can be wrong with it said in words."""

from __future__ import annotations

import copy
import json

import pytest

from cardiothorax.errors import ModelProblem
from cardiothorax.models import (
    Architecture,
    Card,
    Metric,
    NetworkInput,
    Normalisation,
    Training,
    TrainingSource,
    card_from_json,
    card_to_json,
    list_models,
    read_card,
)

CARD = Card(
    name="test-net",
    version="1.0",
    task="ctr",
    variant="slim",
    summary="A net für tests",
    architecture=Architecture("unet", {"channels": [4, 8, 8, 8, 8], "classes": 4}),
    input=NetworkInput(64, "square", Normalisation(1.0, 99.0, (-1.0, 1.0)), halo_px=128),
    labels={"background": 0, "left_lung": 1, "right_lung": 2, "heart": 3},
    licence="CC-BY-NC-4.0",
    training=Training((TrainingSource("JSRT", 154, "research only"),), "train", 7, "cardiothorax train ctr"),
    metrics=(Metric("dice_heart", "JSRT", 0.95, 0.94, None, 40, "cardiothorax evaluate"),),
    limits=("Random weights.",),
    weights_sha256="a" * 64,
)
PLAIN = json.loads(card_to_json(CARD))


def test_a_card_comes_back_exactly():
    assert card_from_json(card_to_json(CARD)) == CARD


def test_an_umlaut_is_written_as_it_is():
    assert "für" in card_to_json(CARD)


def changed(path, value):
    plain = copy.deepcopy(PLAIN)
    place = plain
    *first, last = path
    for step in first:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(plain)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["task"], ..., "task is missing"),
        (["input", "side_px"], ..., "input.side_px is missing"),
        (["input", "side_px"], "512", "input.side_px is '512', expected a whole number"),
        (["input", "side_px"], 512.5, "input.side_px is 512.5, expected a whole number"),
        (["input", "side_px"], True, "input.side_px is True, expected a whole number"),
        (["input", "side_px"], 500, "input.side_px is 500, expected a multiple of 16"),
        (["input", "multiple"], 0, "input.multiple is 0, expected 1 or more"),
        (["input", "side_pixels"], 512, "unknown field input.side_pixels (did you mean 'side_px'?)"),
        (
            ["input", "padding"],
            "stretch",
            "input.padding is 'stretch', expected 'square', 'centre_crop' or 'grid'",
        ),
        (["input", "dimensions"], 4, "input.dimensions is 4, expected 2 or 3"),
        (["input", "depth_multiple"], 0, "input.depth_multiple is 0, expected 1 or more"),
        (["input", "window_hu"], [700, -300], "input.window_hu is [700, -300], expected two numbers"),
        (["input", "in_plane_mm"], 0.75, "input.in_plane_mm is 0.75, expected 0.2 to 5 with the padding"),
        (["input", "padding"], "grid", "input.in_plane_mm is 0.0, expected 0.2 to 5 with the padding"),
        (["input", "slab_mm"], -1, "input.slab_mm is -1, expected 0 to 10"),
        (["input", "normalisation"], [1, 99], "input.normalisation is [1, 99], expected an object"),
        (["input", "normalisation", "range"], [1], "input.normalisation.range is [1], expected a list of 2"),
        (["input", "normalisation", "range"], [1, -1], "input.normalisation.range"),
        (["input", "normalisation", "low_percentile"], 99.5, "0 <= low_percentile < high_percentile <= 100"),
        (["labels"], {"background": 0, "heart": 3}, "expected the values 0 to 1, each once"),
        (["labels", "heart"], "three", "labels.heart is 'three', expected a whole number"),
        (["limits"], [], "limits is empty"),
        (["licence"], " ", "licence is empty"),
        (["name"], "../evil", "name is '../evil'"),
        (["name"], "Con Name", "name is 'Con Name'"),
        (["weights_sha256"], "abc", "weights_sha256 is 'abc', expected 64 hexadecimal digits"),
        (["metrics", 0, "value"], "good", "metrics[0].value is 'good', expected a number"),
        (["metrics", 0], 5, "metrics[0] is 5, expected an object"),
        (["training", "sources"], {}, "training.sources is {}, expected a list"),
        (["training", "seed"], None, "training.seed is None, expected a whole number"),
        (["schema"], "cardiothorax/model/9", "has the schema 'cardiothorax/model/9'"),
    ],
)
def test_what_is_wrong_is_named(path, value, message):
    with pytest.raises(ModelProblem) as caught:
        card_from_json(changed(path, value), origin="here/model.json")
    assert message in caught.value.message
    assert "here/model.json" in caught.value.message


def test_all_problems_are_listed_at_once():
    plain = json.loads(changed(["task"], ...))
    plain["version"] = 3
    with pytest.raises(ModelProblem, match=r"version is 3.*task is missing|task is missing.*version is 3"):
        card_from_json(json.dumps(plain))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"card"'])
def test_what_is_no_card_at_all(text):
    with pytest.raises(ModelProblem, match=r"not valid JSON|not a model card"):
        card_from_json(text)


def test_whole_numbers_are_numbers_where_a_number_is_expected():
    card = card_from_json(changed(["input", "normalisation", "low_percentile"], 1))
    assert card.input.normalisation.low_percentile == 1.0
    assert isinstance(card.input.normalisation.low_percentile, float)


def test_a_folder_without_a_card(tmp_path):
    with pytest.raises(ModelProblem, match=r"has no model\.json"):
        read_card(tmp_path)


def test_a_card_that_is_not_text(tmp_path):
    (tmp_path / "model.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelProblem, match="cannot be read"):
        read_card(tmp_path)


def test_every_shipped_card_is_valid_and_small():
    shipped = [entry for entry in list_models() if entry.shipped]
    assert {"ctr-unet-slim"} <= {entry.name for entry in shipped}
    total = 0
    for entry in shipped:
        assert not entry.problem
        size = sum(file.stat().st_size for file in entry.folder.iterdir())
        assert size <= 10_000_000, f"{entry.name} has {size} bytes"
        total += size
    assert total <= 40_000_000
