"""What the panel remembers in the scene."""

import sys
from typing import Annotated

from slicer import vtkMRMLScalarVolumeNode
from slicer.parameterNodeWrapper import Choice, Default, WithinRange, parameterNodeWrapper

from cardiothorax.calcium.presets import DEFAULT_PRESET, PRESETS

GPU = "mps" if sys.platform == "darwin" else "cuda"
DEVICES = {"auto": "auto", "CPU": "cpu", "GPU": GPU}
"""What the panel calls them, and what the package does."""
NO_NETWORK = "none"
"""As a model: the reader marks all lesions."""


@parameterNodeWrapper
class CalciumScoreParameterNode:
    inputVolume: vtkMRMLScalarVolumeNode
    model: str
    device: Annotated[str, Choice(list(DEVICES)), Default("auto")]
    preset: Annotated[str, Choice(list(PRESETS)), Default(DEFAULT_PRESET)]
    ownLimits: Annotated[bool, Default(False)]
    thresholdHu: Annotated[float, WithinRange(1.0, 3000.0), Default(130.0)]
    weight2Hu: Annotated[float, WithinRange(1.0, 3000.0), Default(200.0)]
    weight3Hu: Annotated[float, WithinRange(1.0, 3000.0), Default(300.0)]
    weight4Hu: Annotated[float, WithinRange(1.0, 3000.0), Default(400.0)]
    ownMass: Annotated[bool, Default(False)]
    massFactor: Annotated[float, WithinRange(0.0002, 0.002), Default(0.00089)]
    showCandidates: Annotated[bool, Default(True)]
    show3D: Annotated[bool, Default(False)]
    reader: str
    exportFolder: str
    exportCsv: Annotated[bool, Default(True)]
    exportJson: Annotated[bool, Default(True)]
    exportPicture: Annotated[bool, Default(True)]
    exportReport: Annotated[bool, Default(True)]
    exportMasks: Annotated[bool, Default(True)]
    exportSegmentation: Annotated[bool, Default(True)]
    batchFolder: str
    referenceFile: str
