"""What can be wrong with a rule as a config names it."""


class UnknownRule(ValueError):  # noqa: N818
    """A config names a rule that does not exist."""


class BadRuleParameter(ValueError):  # noqa: N818
    """A config gives a rule a parameter that it does not take, or not in this form."""

    def __init__(self, rule: str, parameter: str, problem: str):
        super().__init__(f"{rule}: {parameter} {problem}")
        self.rule, self.parameter, self.problem = rule, parameter, problem

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        # Crosses processes: an exception is otherwise rebuilt from its message alone.
        return BadRuleParameter, (self.rule, self.parameter, self.problem)
