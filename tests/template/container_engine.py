"""A container engine of the tests' own: podman with runc, its images, containers and state all under build/."""

import json
import os
import platform
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

from infra.local.parent_death import end_with_parent
from tests.template.reading import ROOT
from tests.template.tools import BUILD, Sam, digest, is_stamped, run, skip_unless_ci, stamp

PROGRAMS = {
    "podman": "podman",
    "runc": "runc",
    "mmdebstrap": "mmdebstrap",
    "iptables": "iptables",
    "/usr/lib/podman/netavark": "netavark",
    "/usr/lib/podman/aardvark-dns": "aardvark-dns",
}
START_SECONDS = 20
HERE = Path(__file__).parent

# The limits are those that need no special right; runc and cgroupfs also work where cgroups v1 and v2 are mixed.
CONTAINERS_CONF = """
[containers]
default_ulimits = ["nofile=16384:16384", "nproc=16384:16384"]
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "{folder}/tmp"
"""
STORAGE_CONF = """
[storage]
driver = "overlay"
graphroot = "{folder}/graph"
runroot = "{folder}/run"
"""


def require_programs() -> None:
    """Install what is missing where that is possible, and skip (in CI: fail) with the reason where it is not."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        skip_unless_ci("no container engine: this needs Linux on x86_64")
    if os.geteuid() != 0:
        skip_unless_ci("no container engine: podman's network and the image's file system need root")
    missing = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    if missing:
        _install(missing)


def _install(packages: list[str]) -> None:
    if not shutil.which("apt-get"):
        skip_unless_ci(f"no container engine: {', '.join(packages)} missing and there is no apt-get to install it")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages)
    try:
        run("apt-get", "update", "--quiet", env=environment)
        run(*command, env=environment, timeout=600)
    except AssertionError as error:
        skip_unless_ci(f"no container engine: {error}")


class ContainerEngine:
    """podman's service on a socket, as SAM CLI wants one. Use as a context; nothing is left running behind it."""

    def __init__(self, sam: Sam) -> None:
        self._sam = sam
        self._folder = BUILD / "engine"
        self._socket = self._folder / "podman.sock"
        self._service: subprocess.Popen[bytes] | None = None
        self.environment = {
            **sam.environment,
            "CONTAINERS_CONF": str(self._folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self._folder / "storage.conf"),
            "DOCKER_HOST": f"unix://{self._socket}",
        }

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "containers.conf").write_text(CONTAINERS_CONF.format(folder=self._folder))
        (self._folder / "storage.conf").write_text(STORAGE_CONF.format(folder=self._folder))
        try:
            self._remove_leftovers()  # of a run that was killed
            self._provide_image()
            self._start_service()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._remove_leftovers()
        if self._service is not None:
            self._service.terminate()
            self._service.wait()
        self._socket.unlink(missing_ok=True)

    @property
    def host_address(self) -> str:
        """The address under which containers reach this machine."""
        (network,) = json.loads(self._podman("network", "inspect", "podman"))
        return network["subnets"][0]["gateway"]

    def _provide_image(self) -> None:
        script, lock_file = HERE / "standin_image.sh", ROOT / "requirements" / "ric.txt"
        wanted = digest(script, HERE / "standin_bootstrap.sh", lock_file)
        if is_stamped(self._folder, wanted) and self._has_image():
            return
        environment = {**self.environment, "PYTHON": str(self._sam.bin / "python")}
        run(script, self._folder / "image", lock_file, self._sam.runtime_image, env=environment, timeout=600)
        stamp(self._folder, wanted)

    def _has_image(self) -> bool:
        return bool(self._podman("images", "--quiet", self._sam.runtime_image).strip())

    def _start_service(self) -> None:
        self._socket.unlink(missing_ok=True)
        with (self._folder / "service.log").open("wb") as log:
            self._service = subprocess.Popen(
                ["podman", "system", "service", "--time", "0", f"unix://{self._socket}"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it makes one system call
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._socket.exists():
            log_text = (self._folder / "service.log").read_text()
            assert self._service.poll() is None, f"podman's service ended:\n{log_text}"
            assert time.monotonic() < deadline, f"podman's service does not listen:\n{log_text}"
            time.sleep(0.02)

    def _remove_leftovers(self) -> None:
        if not shutil.which("podman"):
            return
        self._podman("rm", "--all", "--force", "--time", "0")
        # SAM puts functions' layers on top of the runtime's image, in a new image for each version of them.
        if images := self._podman("images", "--quiet", "--filter", "reference=*/samcli/*").split():
            self._podman("rmi", "--force", *images)
        self._podman("image", "prune", "--force")

    def _podman(self, *words: str) -> str:
        return run("podman", *words, env=self.environment)
