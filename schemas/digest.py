"""Short hashes of what something is made by: when one changes, it is made anew."""

import hashlib
from collections.abc import Iterable


def digest_of(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
