"""The documents of a ledger from order to payment, made up, whose truth is known."""
