"""What every word of the search volume model rests on, said wherever the model speaks."""

STAND_INS = (
    "No public pair of Amazon search ranks and volumes exists. This model was proven on stand-ins: a generator with "
    "planted truth, and real series of the same shape (downloads of Python packages). How well it does on your terms "
    "is what the backtest on your own labels says, and nothing else."
)
