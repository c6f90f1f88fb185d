"""Where things are in the checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_BIN = VENV / "bin"
VENV_PYTHON = VENV_BIN / "python"
STAMPS = VENV / "stamps"
FRONTEND = ROOT / "frontend"
CLIENT = FRONTEND / "dist"
NODE_MODULES = FRONTEND / "node_modules"
SCHEMA = FRONTEND / "openapi.json"
REPORTS = ROOT / ".reports"
