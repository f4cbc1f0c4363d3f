"""Torch modules only: one file a network, each with its ``paper`` and its ``slim`` variant."""
