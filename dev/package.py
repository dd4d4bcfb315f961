"""Makes what is deployed: `signalbox package --stage S` leaves deployment.zip and sam.json in build/package.

Chalice makes the functions and the REST API of app.py; infrastructure/ is merged in. Chalice takes whatever lies in the
project, so it gets a copy of what belongs there. It goes on, and exits with 0, when a dependency has no wheel for
Lambda: here that is a failure.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from dev import private, project, template

DEFAULT = Path("build") / "package"
PARTS = ("app.py", "chalicelib", "requirements.txt", ".chalice/config.json")
_WORKSHOP = ("tests", "dev", "signalbox", "infrastructure", "docs", ".chalice", "boto3", "botocore")
ZIP_LIMIT = 50_000_000  # of a zip that Lambda takes, bytes
TEMPLATE_LIMIT = 1_000_000  # of a template that CloudFormation takes from S3, bytes


class PackageError(Exception):
    """The package would not work; the text says why."""


def package(stage: str, out: Path = DEFAULT, root: Path | None = None) -> Path:
    """Write deployment.zip and sam.json of this project, or of the one in `root`, to `out` and answer it. Raises
    PackageError."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        copy, merge = Path(scratch) / "project", Path(scratch) / "infrastructure.json"
        for name in PARTS:
            _copy(root / name if root else project.path(name), copy / name)
        merge.write_text(json.dumps(_infrastructure(copy)))
        _run_chalice(stage, out, merge, copy)
        check_zip(out / "deployment.zip", copy)
    _compact(out / "sam.json")
    return out


def _infrastructure(copy: Path) -> dict[str, Any]:
    """What is merged in; adapters of the deployer's own are laid beside the application. Raises PackageError."""
    merged = template.read_folder()
    try:
        private.vendor(private.packages(), copy)
    except LookupError as error:
        raise PackageError(str(error)) from error
    private.tell(merged)
    return merged


def _copy(part: Path, copy: Path) -> None:
    """Copy what the package is made of; bytecode, which Python leaves beside the sources, is not part of it."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    if part.is_dir():
        shutil.copytree(part, copy, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    elif part.exists():
        shutil.copy(part, copy)


def _run_chalice(stage: str, out: Path, merge: Path, copy: Path) -> None:
    command = [sys.executable, "-c", "from chalice.cli import main; raise SystemExit(main())", "package"]
    command += ["--stage", stage, "--merge-template", str(merge), str(out.resolve())]
    # Chalice imports the app before it zips it.
    path = os.pathsep.join(filter(None, [str(copy / "vendor"), os.environ.get("PYTHONPATH")]))
    own = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": path}
    done = _run(command, cwd=copy, env={"AWS_DEFAULT_REGION": "us-east-1", **os.environ, **own})
    said = done.stdout + done.stderr
    if done.returncode or "Could not install dependencies" in said:
        raise PackageError(f"chalice package failed:\n{said.strip()}")


def _run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=600, **options)


def _compact(path: Path) -> None:
    """CloudFormation limits a template's size, and Chalice's indentation is more than half of it."""
    path.write_text(json.dumps(json.loads(path.read_text()), separators=(",", ":")))
    if path.stat().st_size > TEMPLATE_LIMIT:
        raise PackageError(f"the template has {path.stat().st_size} bytes, CloudFormation takes {TEMPLATE_LIMIT}")


def check_zip(path: Path, root: Path) -> None:
    """Raise PackageError unless the zip holds the application and its dependencies, and nothing of the workshop."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    faults = [f"{name} is missing" for name in _sources(root) if name not in names]
    faults += [f"{name} does not belong there" for name in sorted(names) if _unwanted(name)]
    packaged = {_canonical(name.split("-")[0]) for name in names if ".dist-info/" in name}
    faults += [f"dependency {name} is missing" for name in _dependencies(root) if name not in packaged]
    if path.stat().st_size > ZIP_LIMIT:
        faults.append(f"{path.stat().st_size} bytes, Lambda takes {ZIP_LIMIT}")
    if faults:
        raise PackageError(f"{path.name}: " + "; ".join(faults[:10]))


def _sources(root: Path) -> Iterable[str]:
    yield "app.py"
    for path in sorted((root / "chalicelib").rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            yield path.relative_to(root).as_posix()


def _unwanted(name: str) -> bool:
    top = name.split("/")[0]
    return top in _WORKSHOP or name.endswith(".pyc")


def _dependencies(root: Path) -> Iterable[str]:
    """Names that requirements.txt asks for on this Python."""
    requirements = root / "requirements.txt"
    for line in requirements.read_text().splitlines() if requirements.exists() else ():
        if line.strip() and not line.startswith(("#", "-")):
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate():
                yield _canonical(wanted.name)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lint(path: Path) -> None:
    """Run cfn-lint on a template. Raises PackageError with what it found."""
    command = [
        sys.executable,
        "-c",
        "from cfnlint.runner import main; raise SystemExit(main())",
        "--regions",
        "eu-west-1",
        "--template",
        str(path),
    ]
    done = _run(command)
    if done.returncode:
        raise PackageError(f"cfn-lint:\n{(done.stdout + done.stderr).strip()}")


def describe(out: Path) -> str:
    built: dict[str, Any] = json.loads((out / "sam.json").read_text())
    zipped, size = (out / "deployment.zip").stat().st_size, (out / "sam.json").stat().st_size
    paths = built["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    return (
        f"{out}: deployment.zip {zipped / 1e6:.1f} MB, sam.json {size / 1e3:.0f} kB, "
        f"{len(built['Resources'])} resources, {len(paths)} paths"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="signalbox package", description="Package the service for AWS.")
    parser.add_argument("--stage", default="dev", help="name of the deployment (default: dev)")
    parser.add_argument("--out", type=Path, default=DEFAULT, help="folder to write to (default: build/package)")
    given = parser.parse_args(arguments)
    try:
        lint(package(given.stage, given.out) / "sam.json")
    except PackageError as error:
        print(error, file=sys.stderr)
        return 1
    print(describe(given.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
