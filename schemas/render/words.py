"""What every rendering says alike."""

from schemas.contract import Field, describe

DO_NOT_EDIT = "Rendered from `schemas/` by `headrace contracts`: change it there."


def meaning(field: Field) -> str:
    computed = f" Computed: `{field.derived}`." if field.derived else ""
    return describe(field) + computed + (" Personal: a keyed hash." if field.personal else "")
