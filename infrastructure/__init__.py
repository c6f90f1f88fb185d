"""What every app may use, and what uses none of them."""
