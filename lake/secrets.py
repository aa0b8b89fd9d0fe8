"""The masking key: what turns personal values into keyed hashes. It is never an argument, a log line or a lake file."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from lake.config import Environment
from lake.errors import ConfigError

VARIABLE = "HEADRACE_MASKING_KEY"
SHORTEST_KEY = 16


def masking_key(environment: Environment) -> bytes:
    """The key from the variable HEADRACE_MASKING_KEY; where the environment says `masking_key = "user"`, else from the
    user's own key file, made on first use and readable by the user alone.

    Raises ConfigError where there is no key, or one too short to be one.
    """
    if given := os.environ.get(VARIABLE):
        return _checked(given.encode(), f"the variable {VARIABLE}")
    if environment.masking_key != "user":
        raise ConfigError(f"environment {environment.name} takes the masking key from the variable {VARIABLE}, "
                          "which is not set")
    path = key_file()
    if not path.exists():
        _create(path)
    return _checked(path.read_bytes(), str(path))


def key_file() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "headrace" / "masking.key"


def fingerprint(key: bytes) -> str:
    """Tells two keys apart and gives neither away."""
    return hmac.new(key, b"headrace masking key", hashlib.sha256).hexdigest()[:12]


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))


def _checked(key: bytes, where: str) -> bytes:
    if len(key.strip()) < SHORTEST_KEY:
        raise ConfigError(f"{where} holds {len(key.strip())} bytes, promised at least {SHORTEST_KEY} as masking key")
    return key.strip()
