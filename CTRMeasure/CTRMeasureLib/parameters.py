"""What the panel remembers in the scene."""

import sys
from typing import Annotated

from slicer import vtkMRMLScalarVolumeNode
from slicer.parameterNodeWrapper import Choice, Default, WithinRange, parameterNodeWrapper

GPU = "mps" if sys.platform == "darwin" else "cuda"
DEVICES = {"auto": "auto", "CPU": "cpu", "GPU": GPU}
"""What the panel calls them, and what the package does."""
REFINEMENTS = ("default", "off", "grid", "pydensecrf")


@parameterNodeWrapper
class CTRMeasureParameterNode:
    inputVolume: vtkMRMLScalarVolumeNode  # color volumes are a kind of scalar volume
    model: str
    device: Annotated[str, Choice(list(DEVICES)), Default("auto")]
    crf: Annotated[str, Choice(list(REFINEMENTS)), Default("default")]
    cutoff: Annotated[float, WithinRange(0.3, 0.9), Default(0.5)]
    reader: str
    exportFolder: str
    exportCsv: Annotated[bool, Default(True)]
    exportJson: Annotated[bool, Default(True)]
    exportPicture: Annotated[bool, Default(True)]
    exportMasks: Annotated[bool, Default(True)]
    batchFolder: str
    referenceFile: str
