"""Writing a model: half-precision weights as safetensors and as ONNX, and the card that names both."""

from __future__ import annotations

import copy
import dataclasses
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ModelProblem
from ..records import write_atomically
from .architectures import halo_px
from .card import CARD_FILE, ONNX_FILE, WEIGHTS_FILE, Card, card_from_json, card_to_json
from .checksums import sha256_of

if TYPE_CHECKING:
    import torch
    from torch import nn

OPSET = 17
_HALF_LIMIT = float(np.finfo(np.float16).max)


def export(network: nn.Module, card: Card, folder: Path) -> Card:
    """Write ``folder`` with safetensors, ONNX and card; return the card with both checksums.

    Convolution weights are rounded to float16, in both files the same: both engines widen them to
    identical float32 values. Vectors (batch normalisation, biases) stay float32: they are few, and
    variances would overflow. The ONNX graph takes ``[n, channels, h, w]`` (``[n, channels, d, h, w]``
    where the card says three dimensions) of any size and ends in the softmax. A card that leaves the
    halo 0 gets the network's receptive radius. Needs torch and onnx.
    """
    import safetensors.torch

    rounded = half_rounded(network).eval()
    with write_atomically(folder / WEIGHTS_FILE) as file:
        tensors = {name: _stored(tensor) for name, tensor in rounded.state_dict().items()}
        file.write_bytes(safetensors.torch.save(tensors, {"format": "pt", "name": card.name}))
    with write_atomically(folder / ONNX_FILE) as file:
        _write_onnx(rounded, card, file)
    halo = card.input.halo_px or halo_px(card.architecture)
    complete = dataclasses.replace(
        card,
        input=dataclasses.replace(card.input, halo_px=halo),
        weights_sha256=sha256_of(folder / WEIGHTS_FILE),
        onnx_sha256=sha256_of(folder / ONNX_FILE),
    )
    text = card_to_json(complete)
    card_from_json(text, origin=f"the card of {card.name}")
    with write_atomically(folder / CARD_FILE) as file:
        file.write_text(text, encoding="utf-8")
    return complete


def half_rounded(network: nn.Module) -> nn.Module:
    """A float32 copy whose convolution weights have only values that float16 can hold."""
    import torch

    rounded = copy.deepcopy(network).cpu().float()
    with torch.no_grad():
        for name, tensor in rounded.state_dict().items():
            if _is_halved(tensor):
                largest = float(tensor.abs().max())
                if not largest <= _HALF_LIMIT:
                    raise ModelProblem(f"{name} has the value {largest:g}, which half precision cannot hold.")
                tensor.copy_(tensor.half().float())
    return rounded


def _is_halved(tensor: torch.Tensor) -> bool:
    return tensor.is_floating_point() and tensor.ndim >= 2


def _stored(tensor: torch.Tensor) -> torch.Tensor:
    return (tensor.half() if _is_halved(tensor) else tensor).contiguous()


def _write_onnx(network: nn.Module, card: Card, file: Path) -> None:
    import onnx
    import torch

    spec = card.input
    side = 2 * spec.multiple
    deep = (2 * spec.depth_multiple,) if spec.dimensions == 3 else ()
    example = torch.zeros(1, spec.channels, *deep, side, side)
    axes = ("depth", "height", "width") if deep else ("height", "width")
    dynamic = {0: "n", **{number + 2: name for number, name in enumerate(axes)}}
    dynamic_out = dynamic if network(example).ndim == example.ndim else {0: "n"}  # a classifier: [n, classes]
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of this exporter, whose graph keeps every node
        torch.onnx.export(
            torch.nn.Sequential(network, torch.nn.Softmax(dim=1)).eval(),
            (example,),
            str(file),
            input_names=["image"],
            output_names=["probabilities"],
            dynamic_axes={"image": dynamic, "probabilities": dynamic_out},
            opset_version=OPSET,
            dynamo=False,
            do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE,  # EVAL would fold batch norm into the rounded weights
        )
    graph = onnx.load(str(file))
    _halve_initializers(graph.graph)
    for key, value in (("name", card.name), ("version", card.version), ("licence", card.licence)):
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(graph)
    onnx.save(graph, str(file))


def _halve_initializers(graph: Any) -> None:
    """Each large initializer becomes float16 plus a Cast, which ONNX Runtime computes once, on loading."""
    import onnx
    from onnx import helper, numpy_helper

    casts = []
    for initializer in graph.initializer:
        values = numpy_helper.to_array(initializer)
        if values.dtype != np.float32 or values.ndim < 2:
            continue
        name = initializer.name
        initializer.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    for position, cast in enumerate(casts):
        graph.node.insert(position, cast)
