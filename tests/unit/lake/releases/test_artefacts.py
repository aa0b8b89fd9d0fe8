"""A model's files are named one by one: what is gone, changed or added since is found before it is published."""

import json
from dataclasses import asdict

import pytest

from lake.errors import AuditError
from lake.releases.artefacts import audit_artefact, parse_artefact, written_artefact
from lake.store.folder import FolderStore

FOLDER = "models/search/search_volume/r-1"


@pytest.fixture
def lake(tmp_path):
    store = FolderStore(tmp_path)
    for name in ("base/metadata/part-00000", "card.json", "levels/part-0.parquet"):
        store.put(f"{FOLDER}/{name}", b"12345")
    store.put("models/search/search_volume/r-10/card.json", b"another's")
    return store


@pytest.fixture
def artefact(lake):
    return written_artefact(lake, name="search_volume", model_id="r", folder=FOLDER, digest="d")


def test_an_artefact_is_the_files_of_its_own_folder_and_comes_back_from_json(lake, artefact):
    assert [file.key.removeprefix(f"{FOLDER}/") for file in artefact.files] == [
        "base/metadata/part-00000", "card.json", "levels/part-0.parquet",
    ]  # fmt: skip
    assert parse_artefact(json.loads(json.dumps(asdict(artefact)))) == artefact
    audit_artefact(lake, artefact)


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        pytest.param(lambda lake: lake.delete([f"{FOLDER}/card.json"]), "card.json", id="gone"),
        pytest.param(lambda lake: lake.put(f"{FOLDER}/card.json", b"123456"), "card.json", id="of another size"),
        pytest.param(lambda lake: lake.put(f"{FOLDER}/other", b""), "other", id="added"),
        pytest.param(lambda lake: lake.delete([f.key for f in lake.list(FOLDER)]), "base/", id="all gone"),
    ],
)
def test_what_differs_from_the_release_is_named(lake, artefact, harm, named):
    harm(lake)
    with pytest.raises(AuditError, match=f"model r: .*{named}.* differs between the folder"):
        audit_artefact(lake, artefact)


def test_a_model_without_a_file_is_none(lake):
    empty = written_artefact(lake, name="search_volume", model_id="r", folder="models/search/nothing", digest="d")
    with pytest.raises(AuditError, match="models/search/nothing differs"):
        audit_artefact(lake, empty)
