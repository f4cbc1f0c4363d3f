"""The parts of the CalciumScore panel, one idea a file. Numbers and file formats are the package's."""
