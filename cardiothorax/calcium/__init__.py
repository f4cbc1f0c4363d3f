"""Coronary calcium: candidates, arteries, scores, categories, corrections."""
