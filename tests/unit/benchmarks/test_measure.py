"""What a process tree takes, by commands that take a known amount."""

import os
import sys

import pytest

from benchmarks.measure import measure
from tests.frames import __file__ as _tests  # noqa: F401

_BUSY = "import time\nwhile time.process_time() < {seconds}: pass"
