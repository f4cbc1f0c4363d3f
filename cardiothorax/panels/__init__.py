"""Qt code that the module panels share: imported inside Slicer only, by modules alone.

Methods have Slicer's camelCase, as those of the modules' Widgets. What a module has of its own (its
``.ui`` file, its words, its scene) comes in through the arguments.
"""
