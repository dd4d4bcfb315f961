"""What goes into the zip, and what must stop a package."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from dev import package
from dev import template as source
from tests.infrastructure.conftest import bare_project


def a_zip(folder: Path, *names: str) -> Path:
    path = folder / "deployment.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return path


def a_project(folder: Path, requirements: str = "") -> Path:
    (folder / "chalicelib").mkdir()
    (folder / "chalicelib" / "rules.json").write_text("{}")
    (folder / "requirements.txt").write_text(requirements)
    return folder


GOOD = ("app.py", "chalicelib/rules.json", "chalice/app.py")


def test_cfn_lint_finds_nothing_in_the_template(packaged: Path) -> None:
    package.lint(packaged / "sam.json")


def test_cfn_lint_finds_a_broken_reference(tmp_path: Path) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Nobody"}}}
    (tmp_path / "broken.json").write_text(json.dumps({"Resources": {"Topic": topic}}))
    with pytest.raises(package.PackageError, match="Nobody"):
        package.lint(tmp_path / "broken.json")


def test_bytecode_that_python_leaves_beside_the_sources_is_not_packaged(packaged: Path) -> None:
    """`packaged` is made as on a machine that writes bytecode, with some of it planted in the project."""
    with zipfile.ZipFile(packaged / "deployment.zip") as archive:
        names = archive.namelist()
    assert "chalicelib/ids.py" in names
    assert [name for name in names if name.endswith(".pyc") or "__pycache__" in name] == []


def test_the_template_is_far_below_the_limit_of_cloudformation(packaged: Path) -> None:
    assert (packaged / "sam.json").stat().st_size < package.TEMPLATE_LIMIT / 2


def test_a_zip_with_everything_passes(tmp_path: Path) -> None:
    package.check_zip(a_zip(tmp_path, *GOOD), a_project(tmp_path))


def test_a_zip_without_a_data_file_of_the_application_fails(tmp_path: Path) -> None:
    with pytest.raises(package.PackageError, match=r"chalicelib/rules\.json is missing"):
        package.check_zip(a_zip(tmp_path, "app.py"), a_project(tmp_path))


@pytest.mark.parametrize("name", ["tests/test_app.py", "dev/deploy.py", "boto3/__init__.py", "chalicelib/app.pyc"])
def test_a_zip_with_things_of_the_workshop_fails(tmp_path: Path, name: str) -> None:
    with pytest.raises(package.PackageError, match=f"{name} does not belong there"):
        package.check_zip(a_zip(tmp_path, *GOOD, name), a_project(tmp_path))


def test_a_zip_without_a_dependency_fails(tmp_path: Path) -> None:
    project = a_project(tmp_path, "# comment\ngoogle_re2==1.1\nabsent==1; python_version < '3'\n")
    with pytest.raises(package.PackageError, match="dependency google-re2 is missing"):
        package.check_zip(a_zip(tmp_path, *GOOD), project)
    package.check_zip(a_zip(tmp_path, *GOOD, "google_re2-1.1.dist-info/METADATA"), project)


def test_a_dependency_without_a_wheel_stops_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chalice reports it, packages all the same, and exits with 0."""
    said = CompletedProcess([], 0, "", "Could not install dependencies:\ngoogle-re2==1.1.20251105\n")
    monkeypatch.setattr(package, "_run", lambda *_, **__: said)
    with pytest.raises(package.PackageError, match="google-re2"):
        package.package("test", tmp_path / "out", a_project(tmp_path))


def test_adapters_of_ones_own_go_with_the_package_and_the_functions_know_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "path" / "acme_adapters"
    (own / "__pycache__").mkdir(parents=True)
    (own / "__pycache__" / "x.pyc").write_bytes(b"bytecode")
    (own / "__init__.py").write_text('"""Adapters of Acme."""')
    monkeypatch.syspath_prepend(own.parent)
    monkeypatch.setenv("SIGNALBOX_ADAPTERS", "acme_adapters")
    out = package.package("test", tmp_path / "out", bare_project(tmp_path / "project"))
    with zipfile.ZipFile(out / "deployment.zip") as archive:
        assert [name for name in archive.namelist() if "acme" in name] == ["acme_adapters/__init__.py"]
    variables = json.loads((out / "sam.json").read_text())["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["SIGNALBOX_ADAPTERS"] == "acme_adapters"


def test_adapters_that_python_does_not_find_stop_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALBOX_ADAPTERS", "acme_adapters.absent")
    with pytest.raises(package.PackageError, match="names acme_adapters, which is no package that Python finds"):
        package.package("test", tmp_path / "out", a_project(tmp_path))


def test_two_files_may_not_say_different_things(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("Resources: {Queue: {Type: A, Properties: {Name: !Sub 'x-${Stage}'}}}")
    (tmp_path / "b.yaml").write_text("Resources: {Queue: {Properties: {Size: !GetAtt Queue.Size}}}")
    merged = source.read_folder(tmp_path)["Resources"]["Queue"]
    assert merged == {
        "Type": "A",
        "Properties": {"Name": {"Fn::Sub": "x-${Stage}"}, "Size": {"Fn::GetAtt": ["Queue", "Size"]}},
    }
    (tmp_path / "c.yaml").write_text("Resources: {Queue: {Type: B}}")
    with pytest.raises(ValueError, match=r"c\.yaml: Resources: Queue: Type is set in another file"):
        source.read_folder(tmp_path)
