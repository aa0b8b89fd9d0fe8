"""Proof that the engines agree: the same frames and the same raw files on each, compared row by row outside of them."""
