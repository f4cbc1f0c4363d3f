"""The module's own test: the whole workflow on the sample CT, with nothing but what is installed."""

import tempfile

import numpy as np
import slicer
from slicer.i18n import tr as _


class Workflow:
    """``say(text)`` shows what is being tested."""

    def __init__(self, say, logic, sample):
        self._say = say
        self._logic = logic
        self._sample = sample

    def run(self):
        volume = self._loadSample()
        self._say(_("Start without a network"))
        steps = []
        study = self._logic.process(volume, method="none", progress=lambda f, step: steps.append(f))
        assert steps == sorted(steps), "progress runs forward"
        assert study.result.values is None, "nothing is labeled yet"
        self._say(_("Mark lesions, undo, redo"))
        self._mark(study)
        self._say(_("Export"))
        self._export(study)
        self._say(_("Test passed"))

    def _loadSample(self):
        import SampleData

        self._say(_("Load the sample CT"))
        return SampleData.SampleDataLogic().downloadSample(self._sample)

    def _mark(self, study):
        from cardiothorax.calcium.labels import LAD

        review = self._logic.review(study, reader="self test")
        places = self._brightPlaces(review)
        assert places, "the sample has calcium"
        assert review.click(places[0], LAD)
        score = review.result.values.agatston
        assert score > 0
        assert review.undo()
        assert review.result.values is None
        assert review.redo()
        assert review.result.values.agatston == score
        assert study.segmentation.GetSegmentation().GetNumberOfSegments() == 5
        self._review = review

    @staticmethod
    def _brightPlaces(review):
        """A voxel of each candidate, the smallest first: bone is large."""
        sizes = np.bincount(review.pieces.map.ravel())[1:]
        order = np.argsort(sizes) + 1
        return [tuple(int(n) for n in np.argwhere(review.pieces.map == piece)[0]) for piece in order[:3]]

    def _export(self, study):
        from .exporting import Choice, export

        with tempfile.TemporaryDirectory() as folder:
            written = export(self._review, folder, Choice(picture=False, report=False))
            assert len(written) == 5
            assert all(path.stat().st_size > 0 for path in written)
        assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSegmentationStorageNode") == 0
