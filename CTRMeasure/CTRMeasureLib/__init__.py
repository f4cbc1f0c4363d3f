"""The parts of the CTRMeasure panel, one idea a file. Qt and MRML only: numbers and files are the package's."""
