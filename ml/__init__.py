"""Search volume from search rank: features, level curve, intervals, backtest, training decision, scoring.

No public pair of Amazon search ranks and volumes exists: what is claimed for the model was measured on stand-ins, a
generator with planted truth and real series of the same shape. No module here reads or writes but `artefact`.
"""

from schemas.stand_ins import STAND_INS

__all__ = ["STAND_INS"]
