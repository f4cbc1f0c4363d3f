"""The module's own test: a reader's whole way, through the functions that the panel uses."""

import tempfile

import slicer


class Workflow:
    """``say`` is told each step; ``logic`` is the module's logic, ``sample`` a name in SampleData."""

    def __init__(self, say, logic, sample):
        self._say = say
        self._logic = logic
        self._sample = sample

    def run(self):
        import SampleData

        self._say("Load the sample film")
        volume = SampleData.SampleDataLogic().downloadSample(self._sample)
        self._say("Measure it")
        steps = []
        study = self._logic.process(volume, progress=lambda fraction, step: steps.append(fraction))
        assert steps == sorted(steps), "progress runs forward"
        self._check(study)
        self._say("Correct a line, undo, redo, go back to the automatic result")
        self._correct(study)
        self._say("Export")
        self._export(study)
        self._say("Test passed")

    def _check(self, study):
        values = study.measurement.values
        assert sorted(study.lines) == ["MLD", "MRD", "T", "Th"]
        assert abs(values.ctr - values.cardiac_diameter_px / values.thoracic_diameter_px) < 1e-9
        assert 0.3 < values.ctr < 0.7, f"CTR {values.ctr}"
        segments = list(study.segmentation.GetSegmentation().GetSegmentIDs())
        assert segments == ["left_lung", "right_lung", "heart"]
        assert study.table.GetNumberOfRows() > 5
        assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 1

    def _correct(self, study):
        from cardiothorax.scene.ctr_nodes import read_masks
        from cardiothorax.scene.ctr_review import CtrReview

        review = CtrReview(study.nodes, study.film, study.run, reader="self test")
        before, line = study.measurement.values, study.lines["Th"]
        end, other = line.GetNthControlPointPosition(0), line.GetNthControlPointPosition(1)
        line.SetNthControlPointPosition(0, [e + 0.1 * (e - o) for e, o in zip(end, other, strict=True)])
        assert review.follow_lines()
        assert review.run.result.values.ctr > before.ctr
        assert review.edited
        review.undo()
        assert review.run.result.values == before
        review.redo()
        assert review.reset()
        assert review.run.result.values == before
        assert (read_masks(study.nodes) == study.run.labels).all()

    def _export(self, study):
        from .exporting import Choice, export

        with tempfile.TemporaryDirectory() as folder:
            written = export(study, folder, Choice())
            assert len(written) == 4
            assert all(path.stat().st_size > 0 for path in written)
