"""Training: the loss by brute force, augmentation that keeps films and labels together, a whole run."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

torch = pytest.importorskip("torch", reason="torch is not installed; training cannot be checked")
pytest.importorskip("lightning", reason="lightning is not installed; training cannot be checked")

from cardiothorax.errors import StoreProblem  # noqa: E402
from cardiothorax.radiograph.training import augment as aug  # noqa: E402
from cardiothorax.radiograph.training.data import read_films  # noqa: E402
from cardiothorax.radiograph.training.loss import cross_entropy, extent_loss, soft_dice_loss  # noqa: E402
from cardiothorax.radiograph.training.recipes import recipe  # noqa: E402


def test_cross_entropy_of_a_film_with_heart_is_the_plain_one() -> None:
    logits = torch.randn(2, 4, 5, 6, generator=torch.Generator().manual_seed(0))
    labels = torch.randint(0, 4, (2, 5, 6), generator=torch.Generator().manual_seed(1))
    drawn = torch.tensor([True, True])
    assert cross_entropy(logits, labels, drawn) == pytest.approx(
        float(torch.nn.functional.cross_entropy(logits, labels)), abs=1e-6
    )


def test_without_a_drawn_heart_background_means_background_or_heart() -> None:
    logits = torch.randn(1, 4, 1, 2, generator=torch.Generator().manual_seed(2))
    labels = torch.tensor([[[0, 2]]])
    p = torch.softmax(logits, 1)[0, :, 0]
    expected = -0.5 * (torch.log(p[0, 0] + p[3, 0]) + torch.log(p[2, 1]))
    assert cross_entropy(logits, labels, torch.tensor([False])) == pytest.approx(float(expected), abs=1e-6)


def test_a_heart_that_was_not_drawn_has_no_part_in_the_dice_loss() -> None:
    labels = torch.zeros(1, 8, 8, dtype=torch.long)
    labels[0, :4, :4], labels[0, 4:, 4:] = 1, 2
    logits = 20.0 * torch.nn.functional.one_hot(labels, 4).movedim(-1, 1).float()
    wrong_heart = logits.clone()
    wrong_heart[0, 3, :2, 6:] = 60.0
    drawn, not_drawn = torch.tensor([True]), torch.tensor([False])
    assert soft_dice_loss(wrong_heart, labels, not_drawn) == pytest.approx(0.0, abs=1e-4)
    assert soft_dice_loss(wrong_heart, labels, drawn) > 0.2


def test_extent_loss_is_the_entropy_of_the_columns_reached() -> None:
    labels = torch.zeros(2, 6, 5, dtype=torch.long)
    labels[:, 1:4, 0], labels[:, 1:4, 4], labels[0, 3:5, 1:3] = 2, 1, 3
    logits = torch.randn(2, 4, 6, 5, generator=torch.Generator().manual_seed(4))
    p = torch.softmax(logits, 1)
    entropy = torch.nn.functional.binary_cross_entropy
    lungs = entropy((p[:, 1] + p[:, 2]).amax(1), torch.tensor([[1.0, 0, 0, 0, 1]] * 2))
    heart = entropy(p[0, 3].amax(0), torch.tensor([0.0, 1, 1, 0, 0]))
    found = extent_loss(logits, labels, torch.tensor([True, False]))
    assert found == pytest.approx(float(lungs + heart), abs=1e-5)


def films(n: int = 4, side: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    label = torch.zeros(n, side, side, dtype=torch.long)
    label[:, 10:50, 6:24], label[:, 10:50, 40:58], label[:, 30:52, 24:46] = 2, 1, 3
    return (label.float() * 0.2 + 0.2)[:, None], label


def test_geometry_moves_film_and_labels_together() -> None:
    image, label = films()
    g = torch.Generator().manual_seed(3)
    moved, labels = aug.turn_scale_crop(image, label, 96, g)
    assert moved.shape == (4, 1, 96, 96)
    inside = labels > 0
    expected = labels.float() * 0.2 + 0.2
    assert float((moved[:, 0] - expected)[inside].abs().median()) < 0.01


def test_mirroring_swaps_the_lungs() -> None:
    image, label = films(40)
    mirrored, labels = aug.mirror(image, label, torch.Generator().manual_seed(4))
    turned = (mirrored != image).flatten(1).any(1)
    assert 0 < int(turned.sum()) < 40
    assert (labels[turned][:, :, :30] != 1).all()
    assert (labels[~turned] == label[~turned]).all()


def test_labels_under_a_border_are_gone() -> None:
    image, label = torch.full((60, 1, 64, 64), 0.5), torch.ones(60, 64, 64, dtype=torch.long)
    out, labels = aug.borders(image, label, torch.Generator().manual_seed(5))
    covered = out[:, 0] != 0.5
    assert covered.any()
    assert (labels[covered] == 0).all()
    assert (labels[~covered] == 1).all()


@pytest.mark.parametrize(
    "step",
    [aug.consolidation, aug.exposure, aug.lines_and_tubes, aug.markers, aug.blur_and_noise, aug.polarity],
)
def test_every_change_keeps_grey_values_between_0_and_1_and_is_repeatable(step) -> None:
    image = films(40)[0]
    once, again = (step(image.clone(), torch.Generator().manual_seed(6)) for _ in range(2))
    assert torch.equal(once, again)
    assert float(once.min()) >= 0
    assert float(once.max()) <= 1
    assert not torch.equal(once, image)


def write_films(folder: Path, count: int = 10) -> None:
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    with open(folder / "index.csv", "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["id", "image", "source", "split", "has_heart"])
        for n in range(count):
            image, label = films(1)
            grey = np.roll((image[0, 0].numpy() * 255).astype(np.uint8), n % 3, 1)
            Picture.fromarray(grey).save(folder / "images" / f"f{n}.png")
            mask = np.roll(label[0].numpy().astype(np.uint8), n % 3, 1)
            Picture.fromarray(mask).save(folder / "masks" / f"f{n}.png")
            split = "val" if n >= count - 2 else "train"
            writer.writerow([f"f{n}", f"images/f{n}.png", "ab"[n % 2], split, int(n != 0)])


def test_films_are_read_by_split_and_source(tmp_path: Path) -> None:
    write_films(tmp_path)
    read = read_films(tmp_path, "train", 64)
    assert len(read) == 8
    assert read.has_heart.tolist() == [False] + [True] * 7
    assert set(np.unique(read.labels)) == {0, 1, 2, 3}
    assert read_films(tmp_path, "train", 64, {"b"}).ids == ("f1", "f3", "f5", "f7")
    assert len(read.joined(read)) == 16
    with pytest.raises(StoreProblem, match="no film of split 'test'"):
        read_films(tmp_path, "test", 64)


class PowerCut(Exception):
    pass


def test_a_run_that_was_cut_goes_on_and_ends_in_a_verified_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from cardiothorax.ctr.train import train_ctr
    from cardiothorax.models import open_model
    from cardiothorax.radiograph.training.lightning_module import SegmentationTraining

    write_films(tmp_path / "data")
    short = replace(recipe("modern", epochs=4, batch=4), sides=((0.0, 64),))
    keep = {"command": "cardiothorax train ctr", "device": "cpu", "progress": False}
    whole_step = SegmentationTraining.training_step
    epochs: list[int] = []

    def step(self: SegmentationTraining, batch: object, index: int) -> torch.Tensor:
        epochs.append(self.current_epoch)
        if self.current_epoch == 3 and len(epochs) < 8:
            raise PowerCut
        return whole_step(self, batch, index)  # type: ignore[arg-type]

    monkeypatch.setattr(SegmentationTraining, "training_step", step)
    with pytest.raises(PowerCut):
        train_ctr(short, tmp_path / "data", tmp_path / "run", **keep)
    before = len(epochs)
    folder = train_ctr(short, tmp_path / "data", tmp_path / "run", **keep)
    assert epochs[before:] == [3, 3], "the last finished epoch, whether or not it was the best"
    with open(tmp_path / "run" / "log" / "metrics.csv", newline="", encoding="utf-8") as handle:
        assert {"dice", "loss"} <= set(csv.DictReader(handle).fieldnames or ())
    model = open_model(folder, task="ctr", engine="onnx")
    assert [(source.name, source.count) for source in model.card.training.sources] == [("a", 4), ("b", 4)]
    assert model.engine.predict(np.zeros((1, 1, 64, 64), np.float32)).shape == (1, 4, 64, 64)


def test_the_paper_s_preset_is_the_published_one() -> None:
    paper = recipe("paper")
    assert (paper.variant, paper.optimizer, paper.batch, paper.learning_rate) == ("paper", "sgd", 4, 1e-3)
    assert (paper.dice_weight, paper.strength, paper.side_at(0)) == (0.0, 0.0, 800)


def test_a_run_may_get_finer_in_its_last_part() -> None:
    from dataclasses import replace

    finer = replace(recipe("modern", epochs=10), sides=((0.0, 256), (0.7, 320)))
    assert [finer.side_at(e) for e in (0, 6, 7, 9)] == [256, 256, 320, 320]


def test_the_finishing_preset_changes_films_less() -> None:
    assert recipe("finish").strength < recipe("modern").strength == 1.0


def test_strength_zero_leaves_greys_and_geometry_alone() -> None:
    image, label = films(6)
    moved, labels = aug.turn_scale_crop(image, label, 64, torch.Generator().manual_seed(7), strength=0.0)
    torch.testing.assert_close(moved, image)
    assert torch.equal(labels, label)


def test_the_mean_of_checkpoints_is_taken_weight_by_weight(tmp_path: Path) -> None:
    from cardiothorax.networks.unet import build_unet
    from cardiothorax.radiograph.training.run import averaged_network, network_of, save_network

    low, high = build_unet("slim"), build_unet("slim")
    for number, network in ((1.0, low), (4.0, high)):
        with torch.no_grad():
            for value in network.state_dict().values():
                value.fill_(number)
    save_network(low, tmp_path / "low.ckpt")
    save_network(high, tmp_path / "high.ckpt")
    finish = recipe("finish")
    mean = averaged_network([tmp_path / "low.ckpt", tmp_path / "high.ckpt"], finish).state_dict()
    assert {float(v.float().unique()) for n, v in mean.items() if "batches" not in n} == {2.5}
    assert {int(v) for n, v in mean.items() if "batches" in n} == {1}
    save_network(averaged_network([tmp_path / "low.ckpt"] * 2, finish), tmp_path / "again.ckpt")
    again = network_of(tmp_path / "again.ckpt", finish).state_dict()
    assert all(torch.equal(again[name], value) for name, value in low.state_dict().items())
