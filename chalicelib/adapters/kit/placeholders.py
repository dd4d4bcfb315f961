"""Placeholders of vendors' templates that were sent as they are, because the vendor had nothing to put in.

A value that is nothing but a placeholder counts as missing: as a key, it would be shared by unlike problems. A text
that merely contains one stays as it is.
"""

from __future__ import annotations

import re
from typing import Any

Json = Any

_LONGEST = 300
_FIRST = frozenset("{$%*[<#")
_FORMS = (
    r"\{(?![0-9A-Fa-f]{8,}\})[A-Za-z_][\w.]*(?:<\d+>)?\}",  # {TRIGGER.ID}, {ProblemID}; no {GUID} and no {"json"}
    r"\{[$#][\w.]+(?::[^{}]*)?\}",  # Zabbix's user macros: {$LIMIT}, {#FSNAME}
    r"\{\{[^{}]+\}\}|\{\{\{[^{}]+\}\}\}",  # {{ticket.id}}, {{{body}}}
    r"\{\{[^{}]+\}\.\w+\(.*\)\}",  # Zabbix's functions: {{ITEM.VALUE}.regsub(...)}
    r"\$!?\{[^{}]+\}",  # ${latestEvent.id}, ${N=Alerting;M=AlertID}, $!{x}
    r"\$[A-Z_][A-Z0-9_]+(?:\[[\w.-]+\])?",  # $ALERT_ID, $TAGS[env]; no $5 and no $x
    r"\$[A-Za-z_]\w*(?:\.\w+)+",  # $latestEvent.id
    r"\$[A-Za-z_][^$\n]*\$",  # $HOSTNAME$, $Data/Context/DataItem/AlertId$
    r"%[A-Za-z_][\w.]*%|%[A-Za-z_][\w.]{2,}",  # %sensorid, %STATUS%; no 100% and no %20
    r"\*(?:UNKNOWN|[a-z]+(?:[A-Z][A-Za-z]*)+)\*",  # *UNKNOWN*, *monitorID*; no *urgent*
    r"\[\[\s*[A-Za-z_.$][^\[\]\"]*\]\]",  # [[x]]
    r"##[A-Za-z][\w.]*##",  # ##INTERNALID##
    r"<no value>|\[no value\]",  # what Go's templates write for nothing
)
_PLACEHOLDER = re.compile("|".join(_FORMS), re.ASCII)


def is_placeholder(value: Json) -> bool:
    """Whether a value is a text that is nothing but one unexpanded placeholder, spaces around it aside."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    bare = value.strip()
    return bare[:1] in _FIRST and _PLACEHOLDER.fullmatch(bare) is not None


def without_placeholders(value: Json) -> Json:
    """A copy in which keys of placeholders are left out of maps, and other placeholders are null."""
    if isinstance(value, dict):
        kept = ((name, child) for name, child in value.items() if not is_placeholder(child))
        return {name: without_placeholders(child) if isinstance(child, (dict, list)) else child for name, child in kept}
    if isinstance(value, list):
        return [without_placeholders(child) for child in value]
    return None if is_placeholder(value) else value
