"""What every rendering says alike."""

from schemas.contract import Field, describe

NUMBERED = {"key": "Counted by Headrace: no source fills it.", "content": "Made by Headrace where the source has none."}
DO_NOT_EDIT = "Rendered from `schemas/` by `headrace contracts`: change it there."


def meaning(field: Field) -> str:
    computed = f" Computed: `{field.derived}`." if field.derived else ""
    numbered = f" {NUMBERED[field.numbered]}" if field.numbered else ""
    return describe(field) + computed + numbered + (" Personal: a keyed hash." if field.personal else "")
