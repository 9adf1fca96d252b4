"""What runs on other people's machines: the image, the wheel, the systemd unit, the compose file.

No Docker engine is needed. The Dockerfile is parsed, and its own COPY, RUN, ENV and start lines are carried out in a
fresh folder, in a fresh virtual environment, with the absolute paths of the image moved under that folder.
"""

from __future__ import annotations

import fcntl
import fnmatch
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from monitor.config.settings import load_settings
from serving import FeedServer, wait_for

ROOT = Path(__file__).parent.parent.parent
#: absolute paths of the image that its lines use
IMAGE_PATHS = re.compile(r"(?<![\w./-])/(src|wheels|opt/basewatch|config|data)(?![\w-])")
NOT_FROM_HERE = re.compile(r"(BASEWATCH|COV|PYTEST|PYTHON)|VIRTUAL_ENV$")
RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><item><guid>1</guid>
<title>Council meets</title><link>https://example.org/1</link></item></channel></rss>"""


def dockerfile() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile in order: (word, rest), continuation lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", "", lines)
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def of_last_stage(word: str) -> list[str]:
    lines = dockerfile()
    start = max(index for index, (found, _) in enumerate(lines) if found == "FROM")
    return [rest for found, rest in lines[start:] if found == word]


@dataclass(frozen=True)
class Image:
    """The image as a folder: `path("/data")` is where its /data is."""

    root: Path

    def path(self, inside: str) -> Path:
        return Path(self.moved(inside))

    def moved(self, text: str) -> str:
        return IMAGE_PATHS.sub(lambda found: f"{self.root}/{found[1]}", text)

    def environment(self, *, last_stage: bool = True) -> dict[str, str]:
        """The image's ENV lines on top of what pip and the system need."""
        environment = {key: value for key, value in os.environ.items() if not NOT_FROM_HERE.match(key)}
        environment["PATH"] = f"{self.root}/shim:/usr/bin:/bin"
        lines = of_last_stage("ENV") if last_stage else [rest for word, rest in first_stage() if word == "ENV"]
        for name, value in (pair.split("=", 1) for line in lines for pair in line.split()):
            environment[name] = self.moved(value).replace("$PATH", environment["PATH"])
        environment.pop("PIP_NO_CACHE_DIR", None)  # the image must not keep the cache, this machine may
        return environment

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Starts the image's entry point as Docker would, with `words` after it."""
        (entry,), (folder,) = of_last_stage("ENTRYPOINT"), of_last_stage("WORKDIR")
        environment = {**self.environment(), **(env or {})}
        program = shutil.which(json.loads(entry)[0], path=environment["PATH"])
        assert program is not None
        return subprocess.Popen(
            [program, *words], cwd=self.path(folder), env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        process = self.start(*words, env=env)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err


def first_stage() -> list[tuple[str, str]]:
    lines = dockerfile()
    ends = [index for index, (word, _) in enumerate(lines) if word == "FROM"][1]
    return lines[:ends]


def build(root: Path) -> None:
    """Carries out the lines of both stages under `root`."""
    image = Image(root)
    (root / "shim").mkdir(parents=True)
    (root / "shim" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (root / "shim" / "python").chmod(0o755)
    folder, environment = root, image.environment(last_stage=False)
    for word, rest in dockerfile():
        if word == "WORKDIR":
            folder = image.path(rest)
            folder.mkdir(parents=True, exist_ok=True)
        elif word == "COPY" and not rest.startswith("--from"):
            copy(rest.split(), folder, image)
        elif word == "RUN":
            command = image.moved(rest)
            if os.geteuid() != 0:
                command = re.sub(r" -[og] \d+", "", command)
            ran = subprocess.run(
                ["/bin/sh", "-euc", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, f"RUN {rest}\n{ran.stdout}\n{ran.stderr}"


def copy(words: list[str], folder: Path, image: Image) -> None:
    *sources, target = words
    goal = image.path(target) if target.startswith("/") else folder / target
    for source in sources:
        assert reaches_the_engine(source), f".dockerignore holds back {source}"
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, goal, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, goal)


def reaches_the_engine(path: str) -> bool:
    """Does .dockerignore let the top-level `path` through? The last matching line decides."""
    sent = True
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip().lstrip("!")
        if pattern and not pattern.startswith("#") and fnmatch.fnmatch(path, pattern):
            sent = line.startswith("!")
    return sent


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Image:
    """Built once, also where several test processes ask for it."""
    base = tmp_path_factory.getbasetemp()
    root = (base if worker_id == "master" else base.parent) / "image"
    with root.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            build(root)
    return Image(root)


@pytest.fixture(scope="module")
def installed(image: Image) -> Path:
    (folder,) = (image.root / "opt" / "basewatch" / "lib").glob("python3.*/site-packages")
    return folder


# -------------------------------------------------------------------------------------------- the image


def test_the_dockerfile_has_two_stages_and_a_user_who_is_nobody() -> None:
    lines = dockerfile()
    assert [word for word, _ in lines].count("FROM") == 2
    assert of_last_stage("COPY")[0].startswith("--from=build ")
    (user,) = of_last_stage("USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert of_last_stage("STOPSIGNAL") == ["SIGTERM"]
    assert of_last_stage("VOLUME") == ["/data"]
    assert "EXPOSE" not in dict(lines)


def test_everything_starts_without_a_shell_between() -> None:
    assert json.loads(of_last_stage("ENTRYPOINT")[0]) == ["basewatch"]
    assert json.loads(of_last_stage("CMD")[0]) == ["run"]
    _, _, command = of_last_stage("HEALTHCHECK")[0].partition("CMD ")
    assert json.loads(command) == ["basewatch", "health"]


def test_the_image_names_no_database_so_that_a_secret_file_can() -> None:
    assert not [line for line in of_last_stage("ENV") if "DATABASE" in line]


def test_the_image_gets_what_it_is_built_from_and_no_more() -> None:
    for kept_out in ("tests", ".git", ".venv", "docs", "basewatch.db", "benchmarks", ".env", "channels.yaml"):
        assert not reaches_the_engine(kept_out), kept_out
    with pytest.raises(AssertionError, match="holds back tests"):
        copy(["tests", "x"], ROOT, Image(ROOT))


def test_every_pinned_version_is_one_that_the_project_allows() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = dict(line.split("==") for line in text.splitlines() if not line.startswith("#"))
    assert "://" not in text
    assert all(re.fullmatch(r"[\w.]+", version) for version in pinned.values())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for line in [*project["dependencies"], *extras["test"], *extras["dev"]]:
        wanted = Requirement(line)
        if wanted.name != "basewatch":
            name = wanted.name.lower().replace("_", "-")
            assert name in pinned, f"constraints.txt does not pin {name}"
            assert wanted.specifier.contains(pinned[name]), f"{line}, but constraints.txt pins {pinned[name]}"


@pytest.mark.slow(60)
@pytest.mark.timeout(600)
def test_the_wheel_holds_migrations_and_starter_files(image: Image) -> None:
    (wheel,) = (image.root / "wheels").glob("basewatch-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for folder, inside in (("migrations", "monitor/migrations"), ("rules", "monitor/starter/rules")):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix in (".py", ".yaml")]
        assert files
        for path in files:
            assert f"{inside}/{path.relative_to(ROOT / folder)}" in names
    assert "monitor/starter/feeds.yaml" in names
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"monitor"}
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert not [name for name in names if name.endswith((".pyc", ".db"))]


@pytest.mark.slow(15)
@pytest.mark.timeout(600)
def test_the_source_archive_holds_what_tests_and_image_need(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--sdist", "--outdir", str(tmp_path), str(ROOT)]
    ran = subprocess.run(command, env=Image(tmp_path).environment() | {"PATH": os.environ["PATH"]},
                         capture_output=True, text=True, check=False)  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (archive,) = tmp_path.glob("basewatch-*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    wanted = ("constraints.txt", "Dockerfile", ".dockerignore", "deploy/compose.yaml", "docs/rules.md", "LICENSE",
              "tests/conftest.py", "rules/attack-iraq.yaml", "feeds.yaml", "migrations/env.py", ".ci/run")  # fmt: skip
    assert not [path for path in wanted if path not in names]
    assert not [name for name in names if ".venv" in name or name.endswith((".pyc", ".db"))]


@pytest.mark.slow(15)
@pytest.mark.timeout(600)
def test_the_image_holds_the_pinned_run_time_libraries_and_no_others(image: Image, installed: Path) -> None:
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = {path.name.removesuffix(".dist-info") for path in installed.glob("*.dist-info")}
    for name_version in found:
        name, _, version = name_version.partition("-")
        if name not in ("basewatch", "pip", "setuptools"):
            assert f"{name.lower().replace('_', '-')}=={version}" in pinned
    assert not {name for name in found if name.startswith(("pytest", "ruff", "mypy", "hypothesis"))}


@pytest.mark.slow(15)
@pytest.mark.timeout(600)
def test_the_installed_program_works_from_another_folder(image: Image, tmp_path: Path) -> None:
    code, out, err = image.run("--version")
    assert (code, err) == (0, "")
    assert re.search(r"\d+\.\d+\.\d+", out)
    code, _, err = image.run("check")
    assert code == 0, "the feeds and rules that the image brings are in order: " + err
    code, _, _ = image.run("health")
    assert code == 1, "no daemon runs yet"
    code, out, err = image.run("init", str(tmp_path / "new"))
    assert code == 0, err
    for path in (ROOT / "rules").rglob("*.yaml"):
        assert (tmp_path / "new" / "rules" / path.relative_to(ROOT / "rules")).read_bytes() == path.read_bytes()
    assert (tmp_path / "new" / "feeds.yaml").read_bytes() == (ROOT / "feeds.yaml").read_bytes()
    code, out, err = image.run("check", "--json", env={"BASEWATCH_CONFIG": str(tmp_path / "new" / "feeds.yaml")})
    assert code == 0, err
    assert json.loads(out)


@pytest.mark.slow(15)
@pytest.mark.timeout(600)
def test_the_image_runs_is_healthy_and_stops_when_told(image: Image, tmp_path: Path) -> None:
    """`docker run` with a config folder mounted: an empty database is set up, SIGTERM ends it with exit code 0."""
    (command,) = of_last_stage("CMD")
    config = tmp_path / "config"
    with FeedServer() as server:
        server.put("/feed.xml", RSS)
        shutil.copytree(ROOT / "rules", config / "rules")
        (config / "feeds.yaml").write_text(f"feeds: [{{name: Wire, url: '{server.url('/feed.xml')}', interval: 10s}}]")
        env = {
            "BASEWATCH_CONFIG": str(config / "feeds.yaml"),
            "BASEWATCH_ALLOW_NETWORKS": "127.0.0.0/8",
            "BASEWATCH_DATABASE_URL": f"sqlite:///{tmp_path}/basewatch.db",
        }
        daemon = image.start(*json.loads(command), env=env)
        try:
            wait_for(lambda: daemon.poll() is not None or server.count("/feed.xml") > 0, seconds=60)
            assert daemon.poll() is None, daemon.communicate()
            wait_for(lambda: image.run("health", env=env)[0] == 0, seconds=60)
            daemon.send_signal(signal.SIGTERM)
            out, err = daemon.communicate(timeout=40)
        finally:
            daemon.kill()
            daemon.communicate()
    assert daemon.returncode == 0, out + err
    assert "Traceback" not in err
    assert (tmp_path / "basewatch.db").exists()


# ----------------------------------------------------------------------------------- systemd and compose


def unit(tmp_path: Path) -> Path:
    """The unit with a program that exists on every machine."""
    text = (ROOT / "deploy" / "basewatch.service").read_text(encoding="utf-8")
    path = tmp_path / "basewatch.service"
    path.write_text(text.replace("/opt/basewatch/bin/basewatch", "/bin/true"))
    return path


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_accepts_the_unit_and_finds_it_hardened(tmp_path: Path) -> None:
    verify = ["systemd-analyze", "verify", str(unit(tmp_path))]
    ran = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    secure = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(unit(tmp_path))]
    ran = subprocess.run(secure, capture_output=True, text=True, check=False)
    if "offline" not in ran.stderr:  # systemd before 250 does not know it
        assert ran.returncode == 0, ran.stdout.splitlines()[-1]


def test_the_unit_starts_the_daemon_and_gives_it_time_to_stop() -> None:
    lines = (ROOT / "deploy" / "basewatch.service").read_text(encoding="utf-8").splitlines()
    for line in ("ExecStart=/opt/basewatch/bin/basewatch run", "DynamicUser=yes", "NoNewPrivileges=yes",
                 "ProtectSystem=strict", "StateDirectory=basewatch", "KillSignal=SIGTERM", "TimeoutStopSec=40s",
                 "MemoryMax=512M"):  # fmt: skip
        assert line in lines


def test_the_compose_file_says_what_it_must() -> None:
    compose = yaml.load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    basewatch, database = compose["services"]["basewatch"], compose["services"]["database"]
    assert (ROOT / "deploy" / basewatch["build"] / "Dockerfile").exists()
    assert basewatch["depends_on"]["database"]["condition"] == "service_healthy"
    assert database["healthcheck"]["test"][0] == "CMD"
    assert "./config:/config:ro" in basewatch["volumes"]
    assert basewatch["read_only"] is True
    assert basewatch["stop_grace_period"] == "40s"
    for service in (basewatch, database):
        assert "ports" not in service
        assert service["secrets"] == ["database_password"]
        assert not [key for key in service["environment"] if "PASSWORD" in key and not key.endswith("_FILE")]
    assert compose["secrets"]["database_password"]["file"]
    for volume in [*basewatch["volumes"], *database["volumes"]]:
        source = volume.split(":")[0]
        assert source.startswith("./") or source in compose["volumes"]
    for name in [*basewatch["networks"], *database["networks"]]:
        assert name in compose["networks"]


def test_the_compose_environment_is_understood(tmp_path: Path) -> None:
    compose = yaml.load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    (tmp_path / "password").write_text("s3cret")
    environ = dict(compose["services"]["basewatch"]["environment"])
    environ["BASEWATCH_DATABASE_PASSWORD_FILE"] = str(tmp_path / "password")
    settings = load_settings(environ, tmp_path)
    assert settings.database_url == "postgresql+psycopg://basewatch:s3cret@database/basewatch"
    assert settings.warnings == ()


@pytest.mark.skipif(shutil.which("docker") is None, reason="no docker client")
def test_docker_compose_accepts_the_file(tmp_path: Path) -> None:
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this docker client has no compose")
    command = ["docker", "compose", "--file", str(ROOT / "deploy" / "compose.yaml"), "config", "--quiet"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
