"""A whole run on small studies: resumed after a power cut, exported, opened and asked."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed; training cannot be checked")
pytest.importorskip("lightning", reason="lightning is not installed; training cannot be checked")
pytest.importorskip("onnx", reason="exporting needs the extra train")

from cardiothorax.calcium.training.figures import Found, found_in, summary  # noqa: E402
from cardiothorax.calcium.training.lightning_module import (  # noqa: E402
    CalciumTraining,
    nine_slices,
    normalised_tensor,
)
from cardiothorax.calcium.training.packing import ARTERY, HARD  # noqa: E402
from cardiothorax.calcium.training.recipes import RECIPES, Recipe, Stage, recipe  # noqa: E402
from cardiothorax.calcium.training.run import network_of  # noqa: E402
from cardiothorax.calcium.training.train import train_calcium  # noqa: E402
from cardiothorax.models import open_model  # noqa: E402
from Testing.unit.calcium.packed_studies import SHAPE, study, write_studies  # noqa: E402

SMALL = {
    "cacnet": {"growth": [2, 2, 2, 2], "widths": [4, 4, 4, 4, 4], "folded": 4},
    "denseraunet": {
        "layers": [1, 1, 1, 1],
        "growth": 4,
        "first": 4,
        "decoder": [4, 4, 4, 4],
        "edb_growth": 2,
    },
}
KEEP = {"command": "cardiothorax train calcium", "device": "cpu", "progress": False}


def short(method: str, **changes: object) -> Recipe:
    deep = 4 if method == "cacnet" else 9
    stages = (Stage(0.0, 2, (deep, 32, 32)), Stage(0.5, 1, (deep, 64, 64)))
    return replace(recipe(method, rounds=4, steps=2, changes=SMALL[method]), stages=stages, **changes)  # type: ignore[arg-type]


class PowerCut(Exception):
    pass


@pytest.mark.parametrize("method", ["cacnet", "denseraunet"])
def test_a_run_that_was_cut_goes_on_and_ends_in_a_verified_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    write_studies(tmp_path / "data")
    whole_step = CalciumTraining.training_step
    rounds: list[int] = []
    sides: list[int] = []

    def step(self: CalciumTraining, batch: tuple[torch.Tensor, torch.Tensor], index: int) -> torch.Tensor:
        rounds.append(self.current_epoch)
        sides.append(batch[0].shape[-1])
        if self.current_epoch == 2 and len(rounds) == 6:
            raise PowerCut
        return whole_step(self, batch, index)

    monkeypatch.setattr(CalciumTraining, "training_step", step)
    with pytest.raises(PowerCut):
        train_calcium(short(method), tmp_path / "data", tmp_path / "run", **KEEP)  # type: ignore[arg-type]
    folder = train_calcium(short(method), tmp_path / "data", tmp_path / "run", **KEEP)  # type: ignore[arg-type]
    assert rounds == [0, 0, 1, 1, 2, 2, 2, 2, 3, 3]
    assert sides[:4] + sides[-4:] == [32] * 4 + [64] * 4
    with open(tmp_path / "run" / "log" / "metrics.csv", newline="", encoding="utf-8") as handle:
        assert {"loss", "score", "f1_volume", "f1_number", "artery"} <= set(
            csv.DictReader(handle).fieldnames or ()
        )
    model = open_model(folder, task="calcium", engine="onnx", device="cpu")
    card = model.card
    assert [(s.name, s.count) for s in card.training.sources] == [("drawn", 4)]
    assert card.labels == {"background": 0, "lad": 1, "lcx": 2, "rca": 3}
    assert card.input.window_hu == (-300.0, 700.0)
    assert (card.input.in_plane_mm, card.input.slab_mm) == (0.75, 2.5)
    again = open_model(folder, task="calcium", engine="torch", device="cpu")
    shape = (1, 1, 8, 64, 96) if method == "cacnet" else (2, 9, 64, 96)
    batch = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    found, expected = model.engine.predict(batch), again.engine.predict(batch)
    assert found.shape == (shape[0], 4, *shape[2:])
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_run_starts_from_the_weights_it_is_given(tmp_path: Path) -> None:
    write_studies(tmp_path / "data")
    once = replace(short("cacnet"), rounds=1, stages=(Stage(0.0, 2, (4, 32, 32)),))
    train_calcium(once, tmp_path / "data", tmp_path / "a", **KEEP)  # type: ignore[arg-type]
    given = network_of(tmp_path / "a" / "best.ckpt", once)
    module = CalciumTraining(once, [study(0)], [study(1)])
    module.start_from(given)
    assert all(
        torch.equal(a, b) for a, b in zip(module.network.parameters(), given.parameters(), strict=True)
    )
    assert all(
        torch.equal(a, b) for a, b in zip(module.best_network.parameters(), given.parameters(), strict=True)
    )


def test_the_same_seed_draws_the_same_batches() -> None:
    first, second = (CalciumTraining(short("cacnet"), [study(0), study(1)], [study(2)]) for _ in range(2))
    for (a, b), (c, d) in zip(first.train_dataloader(), second.train_dataloader(), strict=True):
        assert torch.equal(a, c)
        assert torch.equal(b, d)


def test_nine_slices_belong_to_the_middle_one() -> None:
    volume = torch.arange(11.0)[None, :, None, None].expand(2, 11, 3, 3)
    classes = volume.long()
    stacks, middle, _ = nine_slices(volume, classes, volume)
    assert stacks.shape == (6, 9, 3, 3)
    assert middle[:, 0, 0].tolist() == [4, 5, 6, 4, 5, 6]
    assert stacks[1, :, 0, 0].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_normalisation_is_the_window_or_minimum_to_maximum() -> None:
    hu = torch.tensor([[[-1000.0, -300.0, 200.0, 900.0]], [[0.0, 100.0, 50.0, 25.0]]])
    assert normalised_tensor(hu, (-300.0, 700.0))[0, 0].tolist() == [-1.0, -1.0, 0.0, 1.0]
    assert normalised_tensor(hu, None)[1, 0].tolist() == [-1.0, 1.0, 0.0, -0.5]


def test_training_and_proposing_normalise_alike() -> None:
    from cardiothorax.calcium.stacks import normalised

    hu = np.random.default_rng(0).normal(100, 400, (2, 5, 6)).astype(np.float32)
    for window in ((-300.0, 700.0), None):
        trained = normalised_tensor(torch.from_numpy(hu)[None], window)[0].numpy()
        np.testing.assert_allclose(normalised(hu, window, (-1.0, 1.0)), trained, atol=1e-5)


def test_figures_of_a_right_a_wrong_and_a_missing_answer() -> None:
    packed = study(0)
    truth = packed.target == ARTERY + 1
    perfect = np.zeros((4, *SHAPE), np.float32)
    perfect[0], perfect[0, truth], perfect[1, truth] = 1, 0, 1
    found = found_in(packed, perfect)
    volume = 9 * packed.cell_mm3
    assert found == Found(volume, volume, volume, 1, 1, 1, 1, 1)
    assert set(summary(found).values()) == {1.0}
    other = perfect[[0, 3, 2, 1]]
    assert summary(found_in(packed, other)) == {
        **summary(found), "artery": 0.0, "score": pytest.approx(2 / 3),
    }  # fmt: skip
    hard = packed.target == HARD
    both = perfect.copy()
    both[0, hard], both[2, hard] = 0, 1
    figures = summary(found_in(packed, both))
    assert figures["f1_volume"] == pytest.approx(2 * 9 / (9 + 18))
    assert (figures["sensitivity"], figures["precision"]) == (1.0, 0.5)
    nothing = np.zeros((4, *SHAPE), np.float32)
    nothing[0] = 1
    assert set(summary(found_in(packed, nothing)).values()) == {0.0}


def test_the_validation_studies_choose_from_where_on_a_lesion_is_proposed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from cardiothorax.calcium.training import train

    packed = study(0)
    doubtful = np.zeros((4, *SHAPE), np.float32)
    doubtful[1, packed.target == ARTERY + 1] = 0.62
    doubtful[2, packed.target == HARD] = 0.57
    doubtful[0] = 1 - doubtful.sum(axis=0)
    monkeypatch.setattr(train, "predicted", lambda *unused: doubtful)
    rule, figures = train.chosen_rule(torch.nn.Identity(), recipe("cacnet"), [packed])
    assert rule.proposed_from == 0.6
    assert figures["score"] == 1.0


def test_the_paper_s_recipes_are_the_published_ones() -> None:
    cacnet, dense = RECIPES["cacnet", "paper"], RECIPES["denseraunet", "paper"]
    assert (cacnet.losses, cacnet.window_hu, cacnet.masked) == (("dice",), None, False)
    assert (dense.losses, dense.margin, dense.masked) == (("bootstrap", "iou"), 0, False)
    assert cacnet.architecture.arguments == dense.architecture.arguments == {"variant": "paper"}


def test_a_stage_begins_with_its_share_of_the_run() -> None:
    r = recipe("cacnet", rounds=10)
    assert [r.stage_at(n).batch for n in (0, 6, 7, 9)] == [4, 4, 1, 1]
