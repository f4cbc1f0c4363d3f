"""Results as nodes of a 3D Slicer scene, and back.

Imports ``slicer`` and ``vtk``, never Qt; holds no threshold and no formula. Everything runs on the main
thread. Points are LPS in the package and RAS in the scene: only this folder turns one into the other.
"""
