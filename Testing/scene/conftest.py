"""A scene with the logics that act on it, from slicer-core alone: no desktop, no Qt."""

from __future__ import annotations

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs slicer-core: pip install '.[scene]'")
vtk = pytest.importorskip("vtk")

from cardiothorax.ctr.geometry import lines_on_input  # noqa: E402
from cardiothorax.ctr.pipeline import assess  # noqa: E402
from cardiothorax.ctr.result import CtrResult, CtrRun  # noqa: E402
from cardiothorax.imaging import radiographic_view  # noqa: E402
from cardiothorax.records import Provenance  # noqa: E402
from cardiothorax.scene.calcium_volumes import ct_of_volume  # noqa: E402
from cardiothorax.scene.geometry import vtk_matrix  # noqa: E402
from cardiothorax.scene.volumes import film_of_volume  # noqa: E402
from Testing.scene import drawn_ct  # noqa: E402

# Module name -> logic, in the order of set-up.
LOGICS = {
    "Units": "Units",
    "SubjectHierarchy": "SubjectHierarchyModule",
    "Colors": "Color",
    "Terminologies": "TerminologiesModule",
    "Volumes": "Volumes",
    "Segmentations": "SegmentationsModule",
    "Markups": "Markups",
    "Tables": "Tables",
    "Plots": "Plots",
}


class Core:
    """The scene of one test."""

    def __init__(self, folder):
        vtk.vtkObject.GlobalWarningDisplayOff()  # files that slicer-core does not bring
        self.scene = slicer.vtkMRMLScene()
        self.cache, self.data_io = slicer.vtkCacheManager(), slicer.vtkDataIOManager()
        self.cache.SetRemoteCacheDirectory(str(folder))
        self.data_io.SetCacheManager(self.cache)
        self.scene.SetCacheManager(self.cache)
        self.scene.SetDataIOManager(self.data_io)
        self.app = slicer.vtkSlicerApplicationLogic()
        self.app.SetMRMLScene(self.scene)
        self.app.GetColorLogic().SetMRMLScene(self.scene)
        self.app.GetColorLogic().AddDefaultColorNodes()
        self.app.SetSliceLogics(vtk.vtkCollection())
        self.app.SetViewLogics(vtk.vtkCollection())
        self.logics = {name: self._logic(name, kind) for name, kind in LOGICS.items()}
        vtk.vtkObject.GlobalWarningDisplayOn()

    def _logic(self, name, kind):
        logic = getattr(slicer, f"vtkSlicer{kind}Logic")()
        logic.SetMRMLApplicationLogic(self.app)
        logic.SetMRMLScene(self.scene)
        self.app.SetModuleLogic(name, logic)
        return logic

    @property
    def hierarchy(self):
        return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(self.scene)

    def node_ids(self):
        return {self.scene.GetNthNode(i).GetID() for i in range(self.scene.GetNumberOfNodes())}

    def items(self):
        found = vtk.vtkIdList()
        self.hierarchy.GetItemChildren(self.hierarchy.GetSceneItemID(), found, True)
        return {found.GetId(i) for i in range(found.GetNumberOfIds())}


@pytest.fixture
def core(tmp_path):
    opened = Core(tmp_path)
    slicer.mrmlScene = opened.scene
    yield opened
    opened.scene.Clear(True)
    slicer.mrmlScene = None


@pytest.fixture
def labels():
    """Two lungs and a heart as rectangles: T = 80 px on its row, Th = 40 px."""
    drawn = np.zeros((120, 100), np.uint8)
    drawn[20:100, 10:40] = 2
    drawn[20:100, 60:90] = 1
    drawn[70:100, 30:70] = 3
    return drawn


@pytest.fixture
def make_volume(core):
    """``make_volume(values, matrix=None, name="film", kind="vtkMRMLScalarVolumeNode")``."""

    def make(values, matrix=None, name="film", kind="vtkMRMLScalarVolumeNode"):
        volume = core.scene.AddNewNodeByClass(kind, name)
        slicer.util.updateVolumeFromArray(volume, values)
        if matrix is not None:
            volume.SetIJKToRASMatrix(vtk_matrix(matrix))
        volume.CreateDefaultDisplayNodes()
        return volume

    return make


@pytest.fixture
def placed_film(make_volume):
    """``placed_film(how)``: a volume of 100 x 120 different values, lying as films may lie."""

    def make(how="plain"):
        values = np.arange(120 * 100, dtype=np.int16).reshape(1, 120, 100)
        return make_volume(values, _matrix(how))

    return make


def _matrix(how):
    """IJK to RAS: plain, mirrored, upside down, coronal, oblique and not square."""
    diagonal = {"plain": (-0.5, -0.5), "mirrored": (0.5, -0.5), "upside_down": (-0.5, 0.5)}
    if how in diagonal:
        return np.diag([*diagonal[how], 1.0, 1.0])
    matrix = np.eye(4)
    if how == "coronal":
        matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = [-0.5, 0, 0], [0, 0, -0.5], [0, 1, 0]
        return matrix
    angle = np.deg2rad(17)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    tip = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    matrix[:3, :3] = turn @ tip @ np.diag([-0.35, -0.8, 2.0])
    matrix[:3, 3] = [31.0, -12.5, 77.0]
    return matrix


@pytest.fixture
def measured(labels):
    """``measured(volume)``: the film in the volume and a run on it, measured from ``labels``."""

    def measure_volume(volume):
        film = film_of_volume(volume)
        _, turn = radiographic_view(film)
        found, flags = assess(turn.forward(labels), film, turn, cutoff=0.5)
        result = CtrResult(
            source=film.source,
            values=found.values,
            lines=lines_on_input(found.lines, turn, film),
            flags=flags,
            provenance=Provenance("0.1.0", "drawn", "1", "0" * 64, "none", "cpu", options={"cutoff": 0.5}),
        )
        return film, CtrRun(result, labels)

    return measure_volume


@pytest.fixture(params=["plain", "head_first", "oblique"])
def how(request):
    return request.param


@pytest.fixture
def volume(how, make_volume):
    return make_volume(drawn_ct.node_values(how), drawn_ct.placing(how), name="CT")


@pytest.fixture
def image(volume):
    return ct_of_volume(volume)
