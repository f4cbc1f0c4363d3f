"""What happens to films between the detector and the reader, drawn at random for training.

Everything works on batches: ``image`` float32 ``[n, 1, h, w]`` with values 0 to 1, ``label`` int64
``[n, h, w]``. Randomness comes from the generator that is passed in. Strengths are chosen so that a
radiologist would still call the picture a chest film.
"""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F

from ...imaging.organs import LEFT_LUNG, RIGHT_LUNG

MIRRORED_SHARE = 0.25
"""Share of films shown mirrored, their lung labels swapped: keeps left and right tied to position."""

CHANGED_SHARE = 0.7
"""Share of films whose grey values are changed, at full strength."""


def uniform(n: int, low: float, high: float, g: torch.Generator) -> torch.Tensor:
    return low + (high - low) * torch.rand(n, generator=g)


def chance(n: int, share: float, g: torch.Generator) -> torch.Tensor:
    return torch.rand(n, generator=g) < share


def augment(
    image: torch.Tensor, label: torch.Tensor, side: int, g: torch.Generator, strength: float = 1.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Geometry, mirror, exposure, objects and borders; the result is ``side`` pixels square.

    ``strength`` 0 to 1 scales turns, sizes and shifts, and how many films are changed or mirrored.
    """
    image, label = turn_scale_crop(image, label, side, g, strength)
    image, label = mirror(image, label, g, MIRRORED_SHARE * strength)
    plain = ~chance(len(image), CHANGED_SHARE * strength, g)[:, None, None, None]
    changed = consolidation(image, g)
    changed = exposure(changed, g)
    changed = lines_and_tubes(changed, g)
    changed = markers(changed, g)
    changed = blur_and_noise(changed, g)
    image = torch.where(plain, image, changed)
    image, label = borders(image, label, g)
    return polarity(image, g), label


def turn_scale_crop(
    image: torch.Tensor, label: torch.Tensor, side: int, g: torch.Generator, strength: float = 1.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Rotation within 12 degrees, scale 0.75 to 1.3, aspect, shear and shift; a slight bending."""
    n = len(image)
    angle = torch.randn(n, generator=g).clamp(-2, 2) * math.radians(6) * strength
    scale = torch.exp(uniform(n, math.log(1 / 1.3), math.log(1 / 0.75), g) * strength)
    aspect = torch.exp(uniform(n, -0.16, 0.16, g) * strength)
    shear = uniform(n, -0.06, 0.06, g) * strength
    shift_x, shift_y = (uniform(n, -0.15, 0.15, g) * strength for _ in range(2))
    sx, sy = scale * aspect, scale / aspect
    theta = torch.stack(
        [
            torch.stack([sx * angle.cos(), -sy * angle.sin() + shear, shift_x], 1),
            torch.stack([sx * angle.sin(), sy * angle.cos(), shift_y], 1),
        ],
        1,
    )
    grid = F.affine_grid(theta, [n, 1, side, side], align_corners=False)
    knots = 0.02 * strength * torch.randn(n, 2, 5, 5, generator=g)
    bend = F.interpolate(knots, (side, side), mode="bicubic", align_corners=True)
    grid = grid + bend.movedim(1, -1)
    moved = F.grid_sample(image, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    labels = F.grid_sample(label[:, None].float(), grid, mode="nearest", align_corners=False)
    return moved, labels[:, 0].long()


def mirror(
    image: torch.Tensor, label: torch.Tensor, g: torch.Generator, share: float = MIRRORED_SHARE
) -> tuple[torch.Tensor, torch.Tensor]:
    turned = chance(len(image), share, g)
    swap = torch.arange(4)
    swap[LEFT_LUNG], swap[RIGHT_LUNG] = RIGHT_LUNG, LEFT_LUNG
    image = torch.where(turned[:, None, None, None], image.flip(-1), image)
    label = torch.where(turned[:, None, None], swap[label.flip(-1)], label)
    return image, label


def exposure(image: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    """Dark, washed-out, over-windowed films, uneven illumination, few grey levels."""
    n, side = len(image), image.shape[-1]
    gamma = torch.exp(torch.randn(n, generator=g).clamp(-2.2, 2.2) * 0.38)
    image = image.clamp(1e-4, 1) ** gamma[:, None, None, None]
    slope = torch.randn(n, 1, 3, 3, generator=g) * uniform(n, 0, 0.25, g)[:, None, None, None]
    image = image * (1 + F.interpolate(slope, (side, side), mode="bicubic", align_corners=True))
    low = torch.where(chance(n, 0.4, g), uniform(n, -0.05, 0.25, g), torch.zeros(n))
    high = torch.where(chance(n, 0.3, g), uniform(n, 0.65, 1.05, g), torch.ones(n))
    image = (image - low[:, None, None, None]) / (high - low)[:, None, None, None]
    image = image.clamp(0, 1)
    levels = torch.where(chance(n, 0.1, g), uniform(n, 8, 30, g), torch.full((n,), 255.0))
    levels = levels.round()[:, None, None, None]
    return (image * levels).round() / levels


def _blobs(n: int, side: int, g: torch.Generator, radius: tuple[float, float]) -> torch.Tensor:
    """One soft ellipse a film, ``[n, 1, side, side]``, 0 to 1."""
    axis = torch.linspace(-1, 1, side)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    cx, cy = uniform(n, -0.7, 0.7, g), uniform(n, -0.7, 0.8, g)
    rx, ry = uniform(n, *radius, g), uniform(n, *radius, g)
    square = ((x - cx[:, None, None]) / rx[:, None, None]) ** 2
    square = square + ((y - cy[:, None, None]) / ry[:, None, None]) ** 2
    edge = uniform(n, 2, 12, g)[:, None, None]
    return torch.sigmoid(edge * (1 - square))[:, None]


def consolidation(image: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    """Bright and dark clouds: infiltrates, effusions, emphysema, breast shadows."""
    n, side = len(image), image.shape[-1]
    for _ in range(2):
        use = chance(n, 0.35, g).float() * uniform(n, -0.2, 0.5, g)
        cloud = _blobs(n, side, g, (0.08, 0.5)) * use[:, None, None, None]
        texture = F.interpolate(torch.rand(n, 1, 12, 12, generator=g), (side, side), mode="bilinear")
        image = (image + cloud * (0.5 + texture) * (1 - 0.5 * image)).clamp(0, 1)
    return image


def lines_and_tubes(image: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    """Catheters, leads and tubes: smooth bright curves; some with a box (generator, electrode)."""
    n, side = len(image), image.shape[-1]
    out = image.clone()
    for i in torch.flatten(chance(n, 0.35, g).nonzero()).tolist():
        for _ in range(int(torch.randint(1, 5, (1,), generator=g))):
            t = torch.linspace(0, 1, 4 * side)
            p = torch.rand(4, 2, generator=g) * side
            b = torch.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
            xy = (b.T @ p).long().clamp(0, side - 1)
            drawn = torch.zeros(1, 1, side, side)
            drawn[0, 0, xy[:, 1], xy[:, 0]] = 1
            width = int(torch.randint(0, 2, (1,), generator=g)) * 2 + 1
            drawn = F.max_pool2d(drawn, width, 1, width // 2)
            out[i] = (out[i] + drawn[0] * uniform(1, 0.1, 0.6, g)).clamp(0, 1)
    return out


def markers(image: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    """Side markers, burnt-in text, electrodes, pacemakers: small boxes, bright or dark."""
    n, side = len(image), image.shape[-1]
    out = image.clone()
    for i in torch.flatten(chance(n, 0.4, g).nonzero()).tolist():
        for _ in range(int(torch.randint(1, 5, (1,), generator=g))):
            h, w = (int(torch.randint(side // 60, side // 9, (1,), generator=g)) for _ in range(2))
            y, x = (int(torch.randint(0, side - side // 9, (1,), generator=g)) for _ in range(2))
            box = out[i, 0, y : y + h, x : x + w]
            value = float(torch.rand(1, generator=g) < 0.8)
            if torch.rand(1, generator=g) < 0.5:
                strokes = F.interpolate((torch.rand(1, 1, 7, 9, generator=g) < 0.5).float(), box.shape)[0, 0]
                box += (value - box) * strokes
            else:
                box += (value - box) * 0.8
    return out


def blur_and_noise(image: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    n = len(image)
    soft = F.avg_pool2d(image, 3, 1, 1)
    wide = F.avg_pool2d(soft, 5, 1, 2)
    mix = uniform(n, -0.8, 1.0, g)[:, None, None, None]
    image = image + (soft - image) * mix.clamp(min=0) + (wide - image) * mix.clamp(max=0) * 0.6
    sd = uniform(n, 0, 0.05, g) * chance(n, 0.6, g)
    return (image + torch.randn(image.shape, generator=g) * sd[:, None, None, None]).clamp(0, 1)


def borders(
    image: torch.Tensor, label: torch.Tensor, g: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Collimator edges and digitiser borders: black, white or grey frames of unequal width.

    What lies under the frame cannot be seen, so its label goes too.
    """
    n, side = len(image), image.shape[-1]
    out, visible = image.clone(), torch.ones_like(label)
    for i in torch.flatten(chance(n, 0.35, g).nonzero()).tolist():
        value = float(torch.rand(1, generator=g)) if torch.rand(1, generator=g) < 0.3 else 0.0
        value = 1.0 if torch.rand(1, generator=g) < 0.25 else value
        top, bottom, left, right = (int(v) for v in (torch.rand(4, generator=g) ** 2 * side * 0.12).long())
        frame = torch.ones(side, side, dtype=torch.bool)
        frame[top : side - bottom, left : side - right] = False
        out[i, :, frame] = value
        visible[i, frame] = 0
    return out, label * visible


def polarity(image: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    inverted = chance(len(image), 0.15, g)
    return torch.where(inverted[:, None, None, None], 1 - image, image)
