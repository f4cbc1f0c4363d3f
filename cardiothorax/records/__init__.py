"""What every result carries: flags, provenance, exact JSON, and files that are never half written."""

from .atomic import write_atomically
from .flags import Flag, Grade, verdict
from .provenance import Edit, Provenance
from .result import ORIGIN_COLUMNS, Recorded
from .serial import from_plain, to_plain

__all__ = [
    "ORIGIN_COLUMNS",
    "Edit",
    "Flag",
    "Grade",
    "Provenance",
    "Recorded",
    "from_plain",
    "to_plain",
    "verdict",
    "write_atomically",
]
