"""A budget for retries, so that trying again cannot multiply the load on something that fails anyway.

As gRPC's retry throttling (proposal A6): a retry costs a token, a success brings back a part of one, and with less
than half of the tokens left nothing is retried.
"""

_TOKENS = 20.0
_RETURNED = 0.1


class RetryBudget:
    """Room for about ten retries at once, and later for one in ten successes."""

    def __init__(self) -> None:
        self._tokens = _TOKENS

    def succeeded(self) -> None:
        """Note a call that needed no retry."""
        if self._tokens < _TOKENS:
            self._tokens = min(_TOKENS, self._tokens + _RETURNED)

    def spend(self) -> bool:
        """Take a token for a retry; False when there shall be none."""
        self._tokens = max(0.0, self._tokens - 1.0)
        return self._tokens > _TOKENS / 2
