"""
Shut a process in before it meets a stranger's bytes.

What it may still do: use so much memory and processor time, read programs and libraries, read and write
the folder it works in. What the system underneath cannot forbid stays allowed: limits hold
on every POSIX system, files and network are closed on Linux (Landlock from 5.13, seccomp on x86-64 and
arm64).

Two ways in: `confine(…)` by a process about itself, or as a script that confines itself and then
becomes another program:

    python -I -S confine.py '{"memory": …, "seconds": …, …}' /usr/bin/ffmpeg …

Standard library only, and quick to start: it runs before every ffmpeg.
"""

import ctypes
import json
import os
import resource
import stat
import struct
import sys
from dataclasses import asdict, dataclass

SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/opt", "/nix/store", "/gnu/store", "/snap", "/proc/self")
"""Where programs and libraries are; nobody keeps secrets there."""
SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/etc/localtime",
    "/etc/alternatives",
    "/dev/urandom",
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    What one process may have.

    `memory` is address space and `file_bytes` the longest file it may write,
    both in bytes; `seconds` is processor time, 0 for none set. Beyond the system's own folders it may
    read what is in `read`, see the names in `listed`, and do as it likes in `folder`.
    """

    memory: int
    seconds: int
    file_bytes: int
    folder: str
    read: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Bounds":
        fields = json.loads(text)
        read, listed = tuple(fields.pop("read")), tuple(fields.pop("listed"))
        return cls(**fields, read=read, listed=listed)


def confine(bounds: Bounds) -> None:
    """For this process, its threads and its children, for good."""
    os.umask(0o077)
    os.nice(10)  # those who read come before those who upload
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, 128)
    _limit(resource.RLIMIT_FSIZE, bounds.file_bytes)
    _limit(resource.RLIMIT_AS, bounds.memory)
    if bounds.seconds:
        _limit(resource.RLIMIT_CPU, bounds.seconds)
    if sys.platform == "linux":
        system = ctypes.CDLL(None, use_errno=True)
        system.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _close_files(system, bounds)
        _close_network(system)


def _limit(what: int, amount: int) -> None:
    try:
        _, most = resource.getrlimit(what)
        amount = amount if most == resource.RLIM_INFINITY else min(amount, most)
        resource.setrlimit(what, (amount, amount))
    except (ValueError, OSError):
        pass  # macOS knows RLIMIT_AS and will not set it


# ── files: Landlock (linux/landlock.h) ──

_PR_SET_NO_NEW_PRIVS = 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446

_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_WRITE_FILE, _REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 1, 1 << 4, 1 << 5, 1 << 7, 1 << 8
_TRUNCATE = 1 << 14
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_ON_FILES = _EXECUTE | _READ_FILE | _WRITE_FILE | _TRUNCATE
_HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1}  # by version of the interface; from 3 on, all 15 we know


def _close_files(system: ctypes.CDLL, bounds: Bounds) -> None:
    version = system.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    handled = _HANDLED.get(version, (1 << 15) - 1)
    ruleset = system.syscall(_CREATE_RULESET, struct.pack("<Q", handled), ctypes.c_size_t(8), 0)
    if ruleset < 0:
        return
    own = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _TRUNCATE
    allowed = [(bounds.folder, own), ("/dev/null", _READ_FILE | _WRITE_FILE)]
    allowed += [(path, _READ) for path in (*SYSTEM, *SYSTEM_FILES, *bounds.read)]
    allowed += [(path, _READ_DIR) for path in bounds.listed]
    for path, rights in allowed:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        rights &= handled if is_folder else handled & _ON_FILES  # noqa: PLW2901 (narrowed)
        system.syscall(_ADD_RULE, ruleset, 1, struct.pack("<Qi", rights, descriptor), 0)
        os.close(descriptor)
    system.syscall(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


# ── network and other processes: seccomp (linux/seccomp.h, linux/filter.h) ──

_MACHINES = {  # the audit number of each machine, and its numbers for what we refuse
    # socket socketpair connect bind ptrace process_vm_readv _writev io_uring_setup bpf keyctl add_key
    # request_key userfaultfd perf_event_open unshare setns mount
    "x86_64": (
        0xC000003E,
        (41, 53, 42, 49, 101, 310, 311, 425, 321, 250, 248, 249, 323, 298, 272, 308, 165),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 199, 203, 200, 117, 270, 271, 425, 280, 219, 217, 218, 282, 241, 97, 268, 40),
    ),
}
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 13  # 13: EACCES
_OTHER_ABI = 0x40000000  # x32's calls on x86-64 start here


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def _close_network(system: ctypes.CDLL) -> None:
    machine = _MACHINES.get(os.uname().machine)
    if machine is None or sys.maxsize < 1 << 32:
        return
    audit, refused = machine
    steps = [
        (_LOAD, 0, 0, 4),  # which machine's call is this?
        (_IF_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # which call?
        (_IF_AT_LEAST, len(refused) + 1, 0, _OTHER_ABI),
        *((_IF_EQUAL, len(refused) - n, 0, number) for n, number in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    code = b"".join(struct.pack("<HBBI", *step) for step in steps)
    system.prctl(22, 2, ctypes.byref(_Program(len(steps), code)), 0, 0)


if __name__ == "__main__":
    confine(Bounds.from_json(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 (that is what we are for)
