"""What the doctor finds."""

from pathlib import Path

import pytest

from tests.unit.headrace.asking import headrace


def found(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> tuple[int, dict[str, dict[str, object]]]:
    import json

    monkeypatch.delenv("HEADRACE_LAKE", raising=False)
    answer = headrace("doctor", "--json", *arguments)
    return answer.code, {check["name"]: check for check in json.loads(answer.out)["checks"]}


def test_this_machine_is_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HEADRACE_MASKING_KEY", "0123456789abcdef")
    code, checks = found(monkeypatch, "--lake", tmp_path / "lake")
    assert code == 0, checks
    assert set(checks) == {
        "Python",
        "embedded engine",
        "Spark",
        "Java",
        "packages",
        "memory",
        "temporary folder",
        "masking key",
        "lake",
    }
    assert not (tmp_path / "lake").exists()


def test_no_java_is_no_fault_where_the_embedded_engine_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    _, checks = found(monkeypatch, "--environment", "local")
    assert checks["Java"]["is_well"]
    assert checks["Java"]["found"] == (
        f"none in JAVA_HOME={tmp_path} (needed for search, and --environment local_spark)"
    )


def test_no_java_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    code, checks = found(monkeypatch, "--environment", "local_spark")
    assert code == 1
    assert checks["Java"]["found"] == f"none in JAVA_HOME={tmp_path}"
    assert "install a JDK" in str(checks["Java"]["mend"])


def test_a_short_masking_key_is_no_key_and_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADRACE_MASKING_KEY", "hunter2")
    code, checks = found(monkeypatch)
    assert code == 1
    assert "holds 7 bytes, expected at least 16" in str(checks["masking key"]["found"])
    assert "hunter2" not in str(checks)


def test_looking_makes_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HEADRACE_MASKING_KEY", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    _, checks = found(monkeypatch)
    assert "the first run makes" in str(checks["masking key"]["found"])
    assert list(tmp_path.iterdir()) == []
