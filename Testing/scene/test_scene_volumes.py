"""Films of volume nodes, and volume nodes of films: values, grid, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs slicer-core")

from cardiothorax.errors import UnreadableImage, UnsupportedImage  # noqa: E402
from cardiothorax.scene import volumes  # noqa: E402
from cardiothorax.scene.geometry import ijk_to_ras, pixel_of_point, point_of_pixel  # noqa: E402

FILMS = ("plain", "mirrored", "upside_down", "coronal", "oblique")


@pytest.mark.parametrize("how", FILMS)
def test_a_pixel_is_at_the_same_place_of_the_patient(placed_film, how):
    volume = placed_film(how)
    film = volumes.film_of_volume(volume)
    for x, y in ((0, 0), (99, 0), (37.25, 81.5)):
        assert np.allclose(np.array(film.lps(x, y)) * [-1, -1, 1], point_of_pixel(volume, x, y), atol=1e-9)
        assert np.allclose(pixel_of_point(volume, point_of_pixel(volume, x, y)), (x, y), atol=1e-9)
    assert film.array.shape == (1, 120, 100)
    assert np.allclose(np.abs(np.linalg.det(film.direction_matrix)), 1)


@pytest.mark.parametrize("how", FILMS)
def test_there_and_back(core, placed_film, how):
    film = volumes.film_of_volume(placed_film(how))
    again = volumes.volume_of_film(core.scene, film, "copy")
    assert np.allclose(ijk_to_ras(again), ijk_to_ras(core.scene.GetFirstNodeByName("film")), atol=1e-9)
    assert np.allclose(slicer.util.arrayFromVolume(again), np.rint(film.array))


def test_oblong_pixels_keep_their_order(make_volume):
    matrix = np.diag([-0.2, -0.3, 1.0, 1.0])
    film = volumes.film_of_volume(make_volume(np.arange(12, dtype=np.int16).reshape(1, 3, 4), matrix))
    assert film.spacing_mm == pytest.approx((0.2, 0.3, 1.0))
    assert film.spacing_source == "volume"


def test_a_spacing_of_one_is_none(make_volume):
    film = volumes.film_of_volume(make_volume(np.arange(12, dtype=np.int16).reshape(1, 3, 4)))
    assert not film.spacing_known


def test_gray_stored_in_colors(make_volume):
    gray = np.arange(0, 240, 2, dtype=np.uint8).reshape(1, 12, 10)
    color = np.stack([gray] * 3, axis=-1)
    volume = make_volume(color, np.diag([-0.5, -0.5, 1, 1]), kind="vtkMRMLVectorVolumeNode")
    assert np.array_equal(volumes.film_of_volume(volume).array, gray)


@pytest.mark.parametrize(
    ("values", "kind", "problem", "said"),
    [
        (np.arange(24.0).reshape(2, 3, 4), "vtkMRMLScalarVolumeNode", UnsupportedImage, "2 slices"),
        (np.ones((1, 30, 40), np.int16), "vtkMRMLScalarVolumeNode", UnsupportedImage, "empty"),
        (np.full((1, 30, 40), np.nan), "vtkMRMLScalarVolumeNode", UnsupportedImage, "not numbers"),
        (
            np.random.default_rng(0).integers(0, 255, (1, 30, 40, 3), dtype=np.uint8),
            "vtkMRMLVectorVolumeNode", UnsupportedImage, "colo",
        ),
        (np.ones((1, 30, 40, 2), np.uint8), "vtkMRMLVectorVolumeNode", UnsupportedImage, "2 components"),
    ],
)  # fmt: skip
def test_what_is_no_film(make_volume, values, kind, problem, said):
    with pytest.raises(problem, match=said):
        volumes.film_of_volume(make_volume(values, kind=kind))


def test_a_volume_without_pixels(core):
    with pytest.raises(UnreadableImage, match="no pixels"):
        volumes.film_of_volume(core.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "nothing"))


@pytest.fixture
def dicom_film(tmp_path):
    """A film with a calibrated spacing, a window and a view: what a volume node does not keep."""
    pydicom = pytest.importorskip("pydicom")
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.Modality, data.ViewPosition, data.PatientOrientation = "DX", "AP", ["L", "F"]
    data.PhotometricInterpretation, data.SamplesPerPixel = "MONOCHROME2", 1
    data.Rows, data.Columns = 60, 50
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.PixelSpacing, data.ImagerPixelSpacing = [0.3, 0.3], [0.4, 0.4]
    data.WindowCenter, data.WindowWidth = 2000, 2000
    values = np.linspace(0, 4000, 3000).astype(np.uint16).reshape(60, 50)
    data.PixelData = values.tobytes()
    path = tmp_path / "film.dcm"
    data.save_as(path, enforce_file_format=True)
    assert pydicom.dcmread(path).Rows == 60
    return path, values


def test_the_packages_reader_is_used_where_the_file_is_known(make_volume, dicom_film):
    path, values = dicom_film
    volume = make_volume(values.astype(np.int16)[None], np.diag([-0.4, -0.4, 1.0, 1.0]), name="chest")
    film = volumes.film_of_volume(volume, file=path)
    assert film.tags["ViewPosition"] == "AP"
    assert film.spacing_mm[0] == pytest.approx(0.3), "calibrated, as Slicer's reader does not see it"
    assert film.source == "chest"
    other = make_volume(values[:30].astype(np.int16)[None], name="cropped")
    assert volumes.film_of_volume(other, file=path).array.shape == (1, 30, 50)


class Database:
    def __init__(self, files):
        self._files = files

    def fileForInstance(self, uid):  # noqa: N802 - ctkDICOMDatabase's name
        return self._files.get(uid, "")


def test_the_file_of_a_volume_in_the_dicom_database(make_volume, dicom_film, tmp_path):
    path, values = dicom_film
    volume = make_volume(values.astype(np.int16)[None])
    assert volumes.dicom_file(volume, None) is None
    volume.SetAttribute("DICOM.instanceUIDs", "1.2.3")
    assert volumes.dicom_file(volume, None) is None
    assert volumes.dicom_file(volume, Database({})) is None
    assert volumes.dicom_file(volume, Database({"1.2.3": str(tmp_path / "gone.dcm")})) is None
    assert volumes.dicom_file(volume, Database({"1.2.3": str(path)})) == path
    volume.SetAttribute("DICOM.instanceUIDs", "1.2.3 1.2.4")
    assert volumes.dicom_file(volume, Database({"1.2.3": str(path)})) is None, "two instances are no film"


def test_the_file_a_volume_was_loaded_from(core, dicom_film):
    path, _ = dicom_film
    volume = core.logics["Volumes"].AddArchetypeVolume(str(path), "loaded", 4)
    assert volumes.dicom_file(volume, None) == path
    slicer.util.arrayFromVolume(volume)[...] += 1
    slicer.util.arrayFromVolumeModified(volume)
    assert volumes.dicom_file(volume, None) is None, "it holds something else now"


def test_slicers_reader_and_ours_see_the_same_pixels(core, dicom_film):
    """Masks are exchanged by row and column: neither reader may flip what the other does not."""
    path, values = dicom_film
    volume = core.logics["Volumes"].AddArchetypeVolume(str(path), "loaded", 4)
    assert np.array_equal(slicer.util.arrayFromVolume(volume)[0], values)
    film = volumes.film_of_volume(volume, file=path)
    assert (np.diff(film.array.ravel()) >= 0).all(), "the file's values run upwards from pixel to pixel"


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_copy_has_the_pixels_turned_and_their_spacing_with_them(core, make_volume, quarters):
    from cardiothorax.scene.turning import add_turned_copy

    values = np.arange(12, dtype=np.int16).reshape(1, 3, 4)
    volume = make_volume(values, np.diag([0.2, -0.3, 1.0, 1.0]))
    copy = add_turned_copy(core.scene, volume, quarters)
    assert np.array_equal(slicer.util.arrayFromVolume(copy)[0], np.rot90(values[0], quarters))
    expected = (0.3, 0.2) if quarters % 2 else (0.2, 0.3)
    assert np.allclose(volumes.film_of_volume(copy).spacing_mm[:2], expected)
    assert np.array_equal(slicer.util.arrayFromVolume(volume), values), "the film itself stays"


def test_a_turned_color_copy(core, make_volume):
    from cardiothorax.scene.turning import add_turned_copy

    gray = np.arange(0, 240, 2, dtype=np.uint8).reshape(1, 12, 10)
    volume = make_volume(np.stack([gray] * 3, axis=-1), kind="vtkMRMLVectorVolumeNode")
    copy = add_turned_copy(core.scene, volume, 1)
    assert np.array_equal(volumes.film_of_volume(copy).array[0], np.rot90(gray[0]))
