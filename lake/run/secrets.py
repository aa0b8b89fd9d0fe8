"""The masking key: what turns personal values into keyed hashes. It is never an argument, a log line or a lake file."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from lake.config.environment import Environment
from lake.errors import ConfigError

VARIABLE = "HEADRACE_MASKING_KEY"
SHORTEST_KEY = 16


def masking_key(environment: Environment) -> bytes:
    """The key from the variable HEADRACE_MASKING_KEY; where the environment says `masking_key = "user"`, else from the
    user's own key file, made on first use and readable by the user alone.

    Raises ConfigError where there is no key, or one too short to be one.
    """
    if VARIABLE in os.environ:
        return _checked(os.fsencode(os.environ[VARIABLE]), f"the variable {VARIABLE}")
    if environment.masking_key != "user":
        raise ConfigError(
            f"environment {environment.name} takes the masking key from the variable {VARIABLE}, which is not set"
        )
    path = key_file()
    try:
        if not path.exists():
            _create(path)
        return _checked(path.read_bytes(), str(path))
    except OSError as error:
        raise ConfigError(
            f"cannot read or make the masking key {path}: {error.strerror}; set the variable {VARIABLE}"
        ) from None


def key_file() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "headrace" / "masking.key"


def fingerprint(key: bytes) -> str:
    """Tells two keys apart and gives neither away."""
    return hmac.new(key, b"headrace masking key", hashlib.sha256).hexdigest()[:12]


def _create(path: Path) -> None:
    """Whole at once: of two runs that make it both take the key of the first."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".masking-") as file:  # readable by the user alone
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)


def _checked(key: bytes, where: str) -> bytes:
    if len(key.strip()) < SHORTEST_KEY:
        raise ConfigError(f"{where} holds {len(key.strip())} bytes, expected at least {SHORTEST_KEY} as masking key")
    return key.strip()
