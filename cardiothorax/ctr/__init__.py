"""Cardiothoracic ratio: read, segment, measure, flag, correct."""
