"""What is attacked: the contract's box office."""

from tests.contract.conftest import office

__all__ = ["office"]
