"""Computing in a process of its own, one study or a folder of them; whoever waits is never blocked."""

from .batch import Batch, BatchReport, RowDone, StudyProgress, run_batch
from .executor import Executor, LocalExecutor
from .messages import Message, Problem, Progressed, Result
from .worker import Worker

__all__ = [
    "Batch",
    "BatchReport",
    "Executor",
    "LocalExecutor",
    "Message",
    "Problem",
    "Progressed",
    "Result",
    "RowDone",
    "StudyProgress",
    "Worker",
    "run_batch",
]
