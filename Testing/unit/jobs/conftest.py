"""Workers whose processes can import the tasks made for tests."""

from __future__ import annotations

import pytest

from cardiothorax.jobs import Worker
from Testing.unit.jobs.waiting import UNIT_FOLDER


@pytest.fixture(autouse=True)
def tasks_can_be_imported(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", UNIT_FOLDER)


@pytest.fixture
def worker():
    with Worker() as worker:
        yield worker
