"""Reads infrastructure/: CloudFormation in YAML with short tags, several files that make one template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from dev import project

FOLDER = project.path("infrastructure")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags: ``!Sub x`` is ``{"Fn::Sub": "x"}``."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def read(path: Path) -> dict[str, Any]:
    """One file, short tags made long."""
    loaded: dict[str, Any] = yaml.load(path.read_text(), Loader=_Loader)
    return loaded


def read_folder(folder: Path = FOLDER) -> dict[str, Any]:
    """All files of the folder as one template. Raises ValueError where two files say different things."""
    template: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yaml")):
        _merge(template, read(path), path.name)
    return template


def _merge(into: dict[str, Any], more: dict[str, Any], where: str) -> None:
    for name, value in more.items():
        held = into.setdefault(name, value)
        if held is value:
            continue
        if not isinstance(held, dict) or not isinstance(value, dict):
            raise ValueError(f"{where}: {name} is set in another file too")
        _merge(held, value, f"{where}: {name}")
