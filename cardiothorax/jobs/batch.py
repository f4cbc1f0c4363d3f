"""A folder of studies, one after the other or several at once: a row as each ends, and nothing lost.

Every finished study goes to the journal and is appended to ``results.csv`` at once, both flushed to
the disk. At the end (or when stopped) ``results.csv`` and ``results.json`` are written anew, whole and
in the order of the inputs. A batch that was stopped, by whatever, goes on where it was.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import CardiothoraxError, StoreProblem, UnreadableImage
from ..report.tables import cell_text, write_csv, write_json
from .executor import Executor, LocalExecutor
from .journal import Journal, study_key
from .messages import Message, Progressed, Result

TABLE_FILE, RESULTS_FILE = "results.csv", "results.json"
STUDY_TIMEOUT_SECONDS = 900.0
FORMAT_ENDINGS = (
    ".nii.gz",
    ".seg.nrrd",
    ".nii",
    ".nrrd",
    ".nhdr",
    ".mha",
    ".mhd",
    ".dcm",
    ".dicom",
    ".ima",
    ".png",
    ".jpeg",
    ".jpg",
    ".tiff",
    ".tif",
    ".bmp",
)
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class StudyProgress:
    """One study moved on; ``fraction`` of that study."""

    file: str
    fraction: float
    step: str


@dataclass(frozen=True)
class RowDone:
    """One study ended; ``row`` is complete. ``resumed``: it had been computed before."""

    file: str
    row: dict[str, Any]
    error: CardiothoraxError | None = None
    resumed: bool = False


@dataclass(frozen=True)
class BatchReport:
    total: int
    finished: int
    failed: int
    resumed: int
    seconds: float
    table: Path
    results: Path


@dataclass
class _Study:
    number: int
    file: str
    name: str
    key: str = ""
    submitted: float = 0.0
    entry: dict[str, Any] | None = None
    resumed: bool = False


@dataclass
class Batch:
    """Drive it with :meth:`poll` from a timer or a loop; it never waits.

    ``columns`` are those of the table and hold at least ``file``, ``error`` and ``seconds``, which are
    filled here; the task's ``row`` has the other cells. ``options`` go to the task with
    every study; with ``fingerprint`` (say, the model's checksum) they decide whether an earlier result of
    the same input still holds. A failed study is tried again when the batch is resumed.
    """

    files: Iterable[Path | str]
    out: Path | str
    task: str
    columns: Sequence[str]
    options: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: Mapping[str, Any] = field(default_factory=dict)
    resume: bool = True
    executor: Executor | None = None

    def __post_init__(self) -> None:
        self.out = Path(self.out).resolve()
        self.studies = _named([str(file) for file in self.files])
        self._journal = Journal(self.out, resume=self.resume)
        self._decisive = {**self.options, **self.fingerprint, "task": self.task, "version": __version__}
        self._executor = self.executor or LocalExecutor(timeout_seconds=STUDY_TIMEOUT_SECONDS)
        self._next = 0
        self._computing: dict[int, _Study] = {}
        self._start = time.monotonic()
        self._stopped = self._closed = False
        self._write_table()

    @property
    def total(self) -> int:
        return len(self.studies)

    @property
    def done(self) -> int:
        return sum(1 for study in self.studies if study.entry is not None)

    @property
    def finished(self) -> bool:
        return self._stopped or self.done == self.total

    @property
    def seconds_left(self) -> float | None:
        """From the studies computed so far; None before the first."""
        computed = sum(1 for s in self.studies if s.entry is not None and not s.resumed)
        if not computed:
            return None
        return (time.monotonic() - self._start) / computed * (self.total - self.done)

    def poll(self) -> list[StudyProgress | RowDone]:
        """What has happened since the last call."""
        happened: list[StudyProgress | RowDone] = []
        if self.finished:
            return happened
        for number, message in self._executor.poll():
            study = self._computing[number]
            if isinstance(message, Progressed):
                happened.append(StudyProgress(study.file, message.fraction, message.step))
            else:
                happened.append(self._ended(study, message))
        if len(self._computing) < self._executor.capacity and self._next < self.total:
            happened += self._submit_next()
        return happened

    def correct(self, number: int, cells: Mapping[str, Any], result: Any) -> dict[str, Any]:
        """A reader's correction takes the place of study ``number``'s result; gives its row.

        :meth:`keep` writes it.
        """
        study = self.studies[number]
        assert study.entry is not None, "only what has a result can be corrected"
        study.entry = {**study.entry, "row": {**study.entry["row"], **cells}, "result": result}
        return dict(study.entry["row"])

    def keep(self, number: int) -> None:
        """Write study ``number`` as it is now, for tables and for a batch that is resumed later."""
        self._write_entry(self.studies[number])
        self._write_table()
        if self._closed:
            self._write_results()

    def stop(self) -> None:
        """End what is being computed; finished rows stay."""
        if not self._stopped:
            self._stopped = True
            self._executor.cancel()

    def close(self) -> BatchReport:
        """Write the tables and give the workers back."""
        self.stop()
        if self.executor is None:
            self._executor.close()
        self._closed = True
        table, results = self._write_table(), self._write_results()
        entries = [study.entry for study in self.studies if study.entry is not None]
        return BatchReport(
            total=self.total,
            finished=len(entries),
            failed=sum(1 for entry in entries if entry["row"]["error"]),
            resumed=sum(1 for study in self.studies if study.resumed),
            seconds=time.monotonic() - self._start,
            table=table,
            results=results,
        )

    def _submit_next(self) -> list[StudyProgress | RowDone]:
        study = self.studies[self._next]
        self._next += 1
        path = Path(study.file).resolve()
        try:
            study.key = study_key(path, self._decisive)
        except OSError as problem:
            wrong = UnreadableImage(f"{study.file} cannot be read: {problem.strerror or problem}.")
            return [self._keep(study, {}, None, wrong, 0.0)]
        known = self._known(study)
        if known is not None:
            study.entry, study.resumed = known, True
            return [RowDone(study.file, known["row"], resumed=True)]
        study.submitted = time.monotonic()
        self._computing[study.number] = study
        place = {"file": str(path), "name": study.name, "out": str(self.out)}
        self._executor.submit(study.number, self.task, {**self.options, **place})
        return []

    def _known(self, study: _Study) -> dict[str, Any] | None:
        """An earlier result of the same content, under this study's name; ``None`` where it failed, or
        where files that it left are not (or no longer) there under this study's name."""
        entries = self._journal.entries
        known = entries.get(_key_with_files(study)) or entries.get(study.key)
        if known is None or known["row"].get("error"):
            return None
        if not all((Path(self.out) / file).is_file() for file in known.get("files", ())):
            return None
        result = known["result"]
        if isinstance(result, dict) and "source" in result:
            result = {**result, "source": Path(study.file).name}
        return {**known, "row": {**known["row"], "file": study.file}, "result": result}

    def _ended(self, study: _Study, message: Message) -> RowDone:
        del self._computing[study.number]
        if isinstance(message, Result):
            values = message.values
            files = values.get("files", ())
            return self._keep(study, values["row"], values.get("result"), None, message.seconds, files)
        assert not isinstance(message, Progressed)
        return self._keep(study, {}, None, message.error, time.monotonic() - study.submitted)

    def _keep(
        self,
        study: _Study,
        cells: dict[str, Any],
        result: Any,
        error: CardiothoraxError | None,
        seconds: float,
        files: Sequence[str] = (),
    ) -> RowDone:
        row = dict.fromkeys(self.columns) | cells
        row |= {"file": study.file, "error": str(error) if error else "", "seconds": round(seconds, 3)}
        study.entry = {"row": row, "result": result, "files": list(files)}
        if study.key:
            self._write_entry(study)
        self._append_to_table(row)
        return RowDone(study.file, row, error)

    def _write_entry(self, study: _Study) -> None:
        """A result that left files holds for its own name only: a copy of the film needs its own files."""
        assert study.entry is not None
        self._journal.add(_key_with_files(study) if study.entry.get("files") else study.key, study.entry)

    def _append_to_table(self, row: dict[str, Any]) -> None:
        """A table that is open in another program must not stop the run: it is written anew at the end."""
        import csv

        with contextlib.suppress(OSError), open(self._table, "a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(cell_text(row.get(c)) for c in self.columns)
            file.flush()
            os.fsync(file.fileno())

    @property
    def _table(self) -> Path:
        return Path(self.out) / TABLE_FILE

    def _write_table(self) -> Path:
        write_csv((s.entry["row"] for s in self.studies if s.entry), self._table, columns=self.columns)
        return self._table

    def _write_results(self) -> Path:
        kept = [
            {"file": s.file, "error": s.entry["row"]["error"], "result": s.entry["result"]}
            for s in self.studies
            if s.entry
        ]
        path = Path(self.out) / RESULTS_FILE
        schema = f"cardiothorax/{self.task}-batch/1"
        write_json({"schema": schema, "version": __version__, "results": kept}, path)
        return path


def run_batch(batch: Batch, listen: Callable[[StudyProgress | RowDone], None] | None = None) -> BatchReport:
    """Run to the end, telling ``listen`` what happens. Ctrl+C stops it with all finished rows kept."""
    try:
        while not batch.finished:
            happened = batch.poll()
            for event in happened:
                if listen is not None:
                    listen(event)
            if not happened:
                time.sleep(_POLL_SECONDS)
    except BaseException:
        with contextlib.suppress(StoreProblem):
            batch.close()
        raise
    return batch.close()


def _key_with_files(study: _Study) -> str:
    return f"{study.key}/{study.name}"


def _named(files: list[str]) -> list[_Study]:
    """Each with a name for its own output files: the file's stem, with its folders' where two are alike."""
    names: dict[str, int] = {}
    studies = []
    for number, file in enumerate(files):
        path = Path(file)
        name = stem_of(path)
        for folder in path.resolve().parents:
            if name.casefold() not in names or not folder.name:
                break
            name = f"{folder.name}-{name}"
        unique, count = name, 1
        while unique.casefold() in names:
            count += 1
            unique = f"{name}-{count}"
        names[unique.casefold()] = number
        studies.append(_Study(number, file, unique))
    return studies


def stem_of(path: Path) -> str:
    """The file's name without the ending that says its format; a DICOM UID as a name stays whole."""
    name = path.name
    for ending in FORMAT_ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name
