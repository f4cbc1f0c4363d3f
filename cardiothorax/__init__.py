"""Measurements on chest radiographs, calcium CT and cine MR that a reader can check and correct.

Importing this package needs numpy alone and takes a fraction of a second; everything heavier is
imported by the module that uses it.
"""

__version__ = "0.1.0"
