"""The Spark schema of a contract."""

import json

from schemas.contract import Contract


def spark_schema(contract: Contract) -> str:
    """The Spark schema as JSON, as `StructType.fromJson` reads it."""
    return json.dumps(contract.struct.jsonValue(), indent=1, ensure_ascii=False) + "\n"
