"""What every HTTP request passes: limits, ids, headers, errors, metrics and probes.

Knows no product rule. `config` assembles it with the apps.
"""
