"""The module's own test: a reader's whole way through the panel's functions, without the panel."""

import slicer


class Workflow:
    """``test`` is the unittest case, ``Logic`` the module's logic class, ``sample`` a name in SampleData."""

    def __init__(self, test, Logic, sample):
        self._test = test
        self._Logic = Logic
        self._sample = sample

    def run(self):
        import SampleData

        test = self._test
        test.delayDisplay("Load the sample film")
        volume = SampleData.SampleDataLogic().downloadSample(self._sample)
        logic = self._Logic()
        try:
            test.delayDisplay("Measure it")
            study = logic.process(volume)
            self._check(study)
            test.delayDisplay("Correct a mask, undo, redo, reset")
            self._correct(study)
        finally:
            logic.close()
        test.delayDisplay("Test passed")

    def _check(self, study):
        test, values = self._test, study.measurement.values
        test.assertEqual(sorted(study.lines), ["MLD", "MRD", "T", "Th"])
        test.assertAlmostEqual(values.ctr, values.cardiac_diameter_px / values.thoracic_diameter_px)
        test.assertTrue(0.3 < values.ctr < 0.7, f"CTR {values.ctr}")
        ids = list(study.segmentation.GetSegmentation().GetSegmentIDs())
        test.assertEqual(ids, ["left_lung", "right_lung", "heart"])
        test.assertGreater(study.table.GetNumberOfRows(), 5)

    def _correct(self, study):
        from cardiothorax.scene.ctr_nodes import read_masks, update_run
        from cardiothorax.scene.ctr_review import CtrReview

        test = self._test
        review = CtrReview(study.nodes, study.film, study.run, reader="self test")
        before = study.measurement.values
        line = study.lines["Th"]
        point = list(line.GetNthControlPointPosition(0))
        other = line.GetNthControlPointPosition(1)
        line.SetNthControlPointPosition(0, *[p + 0.1 * (p - o) for p, o in zip(point, other, strict=True)])
        test.assertTrue(review.follow_lines())
        test.assertGreater(review.run.result.values.ctr, before.ctr)
        test.assertTrue(review.edited)
        review.undo()
        test.assertEqual(review.run.result.values, before)
        review.redo()
        test.assertTrue(review.reset())
        test.assertEqual(review.run.result.values, before)
        test.assertTrue((read_masks(study.nodes) == study.run.labels).all())
        update_run(study.nodes, study.run)
        test.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode"), 1)
