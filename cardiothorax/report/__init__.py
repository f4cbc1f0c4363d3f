"""Results as files a person reads: tables, pictures, pages."""

from .overlay import draw_overlay, write_overlay_png
from .tables import write_csv, write_json

__all__ = ["draw_overlay", "write_csv", "write_json", "write_overlay_png"]
