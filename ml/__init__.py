"""Search volume from search rank: features, level curve, intervals, backtest, training decision, scoring.

No public pair of Amazon search ranks and volumes exists: what is claimed for the model was measured on stand-ins, a
generator with planted truth and real series of the same shape. No module here reads or writes but `artefact`.
"""

STAND_INS = (
    "No public pair of Amazon search ranks and volumes exists. This model was proven on stand-ins: a generator with "
    "planted truth, and real series of the same shape (downloads of Python packages). How well it does on your terms "
    "is what the backtest on your own labels says, and nothing else."
)
