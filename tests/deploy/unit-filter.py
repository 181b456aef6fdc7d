"""Runs a command under the system call filter of a systemd unit, as systemd(1) would install it.

Usage: unit-filter.py UNIT COMMAND...
"""
import ctypes
import os
import platform
import re
import subprocess
import sys

ALLOW, FAIL_WITH, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000  # linux/seccomp.h
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # linux/bpf_common.h
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
ERRORS = {"EPERM": 1}


class Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32)]


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(Instruction))]


def printed(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


def calls_of(name):
    """The system calls of a group, those of the groups in it included."""
    if not name.startswith("@"):
        return {name}
    lines = [line.split("#")[0].strip() for line in printed("systemd-analyze", "syscall-filter", name).splitlines()[1:]]
    return set().union(*(calls_of(line) for line in lines if line))


def filter_of(unit):
    allowed = set()
    for value in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
        calls = set().union(*(calls_of(name) for name in value.removeprefix("~").split()))
        allowed = allowed - calls if value.startswith("~") else allowed | calls
    error = re.search(r"^SystemCallErrorNumber=(\w+)$", unit, re.M)
    otherwise = FAIL_WITH | ERRORS[error[1]] if error else KILL_PROCESS
    numbers = (int(printed("scmp_sys_resolver", name)) for name in sorted(allowed))
    tests = [(JUMP_IF_EQUAL, 0, 1, number, ALLOW) for number in numbers if number >= 0]
    return [(LOAD_WORD, 0, 0, 0)] + [i for c, t, f, k, a in tests for i in ((c, t, f, k), (RETURN, 0, 0, a))] + [
        (RETURN, 0, 0, otherwise)]


def main():
    with open(sys.argv[1]) as file:
        instructions = filter_of(file.read())
    array = (Instruction * len(instructions))(*(Instruction(*i) for i in instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
            PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(Program(len(array), array))):
        raise OSError(ctypes.get_errno(), f"the filter could not be installed on {platform.machine()}")
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
