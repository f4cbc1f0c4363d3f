"""What every result carries: flags, provenance, exact JSON, and files that are never half written."""

from .atomic import write_atomically
from .flags import Flag, Grade, verdict
from .provenance import Edit, Provenance
from .serial import from_plain, to_plain

__all__ = [
    "Edit",
    "Flag",
    "Grade",
    "Provenance",
    "from_plain",
    "to_plain",
    "verdict",
    "write_atomically",
]
