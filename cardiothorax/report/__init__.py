"""Results as files a person reads: tables, pictures, pages."""

from .ctr_page import write_html
from .ctr_picture import draw_ctr
from .overlay import draw_overlay, write_overlay_png
from .tables import write_csv, write_json

__all__ = ["draw_ctr", "draw_overlay", "write_csv", "write_html", "write_json", "write_overlay_png"]
