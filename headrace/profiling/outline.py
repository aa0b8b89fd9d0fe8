"""What may be shown of a cell without asking: its outline, and the values of columns that repeat a few of them."""

from __future__ import annotations

import re

LONGEST = 40
FEW_VALUES = 25
_RUN = re.compile(r"((.)\2{12})\2+", re.DOTALL)
_PERSONAL_WORDS = frozenset((
    "user", "person", "people", "clerk", "requester", "requestor", "approver", "buyer", "employee", "staff", "contact",
    "email", "mail", "phone", "mobile", "fax", "name", "firstname", "lastname", "surname", "forename", "birth",
    "birthday", "dob", "geburtsdatum", "address", "street", "iban", "ssn", "passport", "creator", "author", "resource",
    "receiver", "remover",
    "signature", "owner", "initials", "by", "who", "mitarbeiter", "benutzer", "sachbearbeiter",
))  # fmt: skip


def outline(text: str) -> str:
    """`99/99/9999` for `31/01/2024`, `Aaaa AA-999` for `Acme DN-304`: each letter as A or a, each digit as 9."""
    drawn = "".join(map(_drawn, text[: 2 * LONGEST]))
    drawn = _RUN.sub(r"\1…", drawn)
    return drawn if len(drawn) <= LONGEST and len(text) <= 2 * LONGEST else f"{drawn[:LONGEST]}…"


def sounds_personal(header: str) -> bool:
    """Whether a column's name has a word for a person, or for what tells one."""
    return not _PERSONAL_WORDS.isdisjoint(words(header))


def words(name: str) -> list[str]:
    """`["po", "number"]` from `PO_Number`, `PONumber` or `po number`: the words of a name, in lower case."""
    split = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)(?=[A-Z][a-z])", r"\1\3 \2", name)
    return [word.casefold() for word in re.findall(r"[^\W_]+|#", split)]


def _drawn(character: str) -> str:
    if character.isdigit():
        return "9"
    if character.isalpha():
        return "A" if character.isupper() else "a"
    return character if character.isprintable() else "·"
