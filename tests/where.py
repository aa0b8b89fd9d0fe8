"""Where the repository lies, and the real files that some tests read where they are there."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
