"""Running a network: ``predict(array) -> probabilities``, whichever library computes it."""

from .base import Engine, OutOfMemory
from .choose import Choice, EngineStatus, available_engines, choose_engine
from .fallback import FallbackEngine

__all__ = [
    "Choice",
    "Engine",
    "EngineStatus",
    "FallbackEngine",
    "OutOfMemory",
    "available_engines",
    "choose_engine",
]
