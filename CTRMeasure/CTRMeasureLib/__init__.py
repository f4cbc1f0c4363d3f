"""The parts of the CTRMeasure panel, one idea a file. Numbers and file formats are the package's."""
