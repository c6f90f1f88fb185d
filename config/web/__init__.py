"""What every HTTP request passes through: limits, ids, headers, errors, metrics and probes.

Contains no product rules. `config` assembles it with the apps.
"""
