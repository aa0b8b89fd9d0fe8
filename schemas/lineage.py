"""The columns that every curated row carries beside its contract: where it came from and what became of it."""

from pyspark.sql import types as T

from schemas.contract import Field

RECORD_NUMBER, FILE_ID = "__record_number", "__landing_file_id"
"""Beside a landing file's text columns: the record's number and the file's id."""

HEADER, CELL = "__header", "__cell"
"""Beside them where a record is several rows: the header of the column that the row is, and its cell."""

OUTCOMES = ("curated", "superseded", "duplicate", "excluded", "quarantined")

LANDING_LINEAGE: tuple[Field, ...] = (
    Field("source_name", T.StringType(), "Name of the source's configuration.", required=True),
    Field("landing_file_id", T.StringType(), "The landed delivery; the release names its raw file.", required=True),
    Field(
        "record_number",
        T.LongType(),
        "Number of the record in the raw file, the first after the header is 1.",
        required=True,
    ),
    Field("delivery_order", T.StringType(), "Where the delivery stands in its source's order; greater is later."),
)

JUDGEMENT: tuple[Field, ...] = (
    Field(
        "content_hash",
        T.StringType(),
        "SHA-256 of the standardized contract fields, and of why the source excludes it.",
        required=True,
    ),
    Field("outcome", T.StringType(), f"One of {', '.join(OUTCOMES)}.", required=True),
    Field(
        "reasons",
        T.ArrayType(T.StringType()),
        "Codes: rules broken, values lost, why it was kept out or lost.",
        required=True,
    ),
    Field("warnings", T.ArrayType(T.StringType()), "Codes of the rules of severity `warn` that the row breaks."),
    Field("is_version_conflict", T.BooleanType(), "Another content of the key has the same version.", required=True),
    Field(
        "was_judged",
        T.BooleanType(),
        "Read in an earlier run, and judged anew beside what this one read.",
        required=True,
    ),
)

BEYOND_CONTRACT = (*LANDING_LINEAGE, *JUDGEMENT)
"""Every column of a curated snapshot that its contract does not name."""

LINEAGE_NAMES = tuple(field.name for field in LANDING_LINEAGE)
JUDGEMENT_NAMES = tuple(field.name for field in JUDGEMENT)
# Why a row of an [unpivot] whose cell is empty is excluded.
EMPTY_CELL = "empty_cell"
