"""The operating-system account the servers run under.

PostgreSQL refuses to run as root. Started by root, the servers therefore run as the owner of their data, or
as the system user `catalogue` (made when missing), or as `nobody`. Started by anybody else, they run as that user.
"""

import os
import pwd
import shutil
import stat
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from catalogue.embedded.errors import EmbeddedServerError

SYSTEM_USER = "catalogue"
_CREATION_DEADLINE_SECONDS = 10


@dataclass(frozen=True)
class Account:
    """A user and its primary group; `switched` when it is not the user this process runs as."""

    uid: int
    gid: int
    switched: bool

    def own(self, path: Path) -> None:
        """Give `path`, which this process made, to the account."""
        if self.switched:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def command(
        self, command: list[str], *, reaches: Iterable[Path], signal_on_orphaning: str | None = None
    ) -> list[str]:
        """The command line that runs `command` under this account.

        `reaches` are the directories it must get to. Where one lies below a directory closed to the account
        (/root, say), the process keeps the right to pass it. `signal_on_orphaning` (INT, TERM…) is sent to it
        when the thread that started it ends; Linux only.
        """
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            if self.switched:
                raise EmbeddedServerError(
                    "PostgreSQL does not run as root, and setpriv (package util-linux) is missing: "
                    "install it, or run as an ordinary user."
                )
            return command
        options = ["--pdeathsig", signal_on_orphaning] if signal_on_orphaning else []
        if self.switched:
            options += ["--reuid", str(self.uid), "--regid", str(self.gid), "--clear-groups"]
            options += [] if all(self._passes(path) for path in reaches) else _KEEP_PASSAGE
        return [setpriv, *options, "--", *command] if options else command

    def _passes(self, directory: Path) -> bool:
        return all(self._may_enter(folder) for folder in (directory, *directory.parents))

    def _may_enter(self, directory: Path) -> bool:
        status = directory.stat()
        wanted = stat.S_IXUSR if status.st_uid == self.uid else stat.S_IXOTH
        return bool(status.st_mode & wanted)


_KEEP_PASSAGE = [
    "--inh-caps",
    "+dac_override",
    "--ambient-caps",
    "+dac_override",
    "--securebits",
    "+no_setuid_fixup",
]


def account_for(directory: Path) -> Account:
    """The account for servers whose files are in the existing `directory`.

    Raises:
        EmbeddedServerError: The directory belongs to somebody else.
    """
    uid, owner = os.geteuid(), directory.stat().st_uid
    if uid != 0:
        if owner != uid:
            raise EmbeddedServerError(
                f"{directory} belongs to {_user_name(owner)}: run as that user, "
                "or set DATA_DIR to another directory."
            )
        return Account(uid=uid, gid=os.getegid(), switched=False)
    entry = _entry(owner) if owner else _system_user()
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, switched=True)


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return pwd.struct_passwd((str(uid), "x", uid, uid, "", "/", ""))


def _user_name(uid: int) -> str:
    return f"user {_entry(uid).pw_name}"


def _system_user() -> pwd.struct_passwd:
    """The user `catalogue`; several processes may be making it at once, so a failed attempt looks again."""
    deadline = time.monotonic() + _CREATION_DEADLINE_SECONDS
    useradd = shutil.which(
        "useradd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    )
    while True:
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            if useradd is None or not _try_again_after(_create_user(useradd), deadline):
                return pwd.getpwnam("nobody")


_USERADD_LOCKED = 1
_USERADD_DONE_OR_TAKEN = {0, 9}


def _create_user(useradd: str) -> int:
    command = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent"]
    command += ["--shell", "/usr/sbin/nologin", SYSTEM_USER]
    return subprocess.run(command, capture_output=True, check=False).returncode  # noqa: S603 - fixed command


def _try_again_after(exit_code: int, deadline: float) -> bool:
    if exit_code in _USERADD_DONE_OR_TAKEN:
        return time.monotonic() < deadline
    time.sleep(0.05)
    return exit_code == _USERADD_LOCKED and time.monotonic() < deadline
