"""From references to credentials: the values are read late, kept in memory only, and never shown."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from lwdeploy.api.keys import private_key
from lwdeploy.core.errors import UserError
from lwdeploy.core.secret import SecretRef
from lwdeploy.core.tenant import Auth

__all__ = ["Credentials", "private_key", "resolve"]

LONGEST = 65536
"""No credential is longer; a device file is."""
COMMAND_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The four values of a service account (reference 1.2). Prints neither secret nor key."""

    client_id: str
    client_secret: str = field(repr=False)
    service_account: str
    private_key: RSAPrivateKey = field(repr=False)

    @classmethod
    def read(cls, auth: Auth, *, env: Mapping[str, str]) -> Credentials:
        """Resolve all four references; UserError names the one that cannot be."""
        return cls(
            client_id=resolve(auth.client_id, env),
            client_secret=resolve(auth.client_secret, env),
            service_account=resolve(auth.service_account, env),
            private_key=_key(auth.private_key, env),
        )


def _key(ref: SecretRef, env: Mapping[str, str]) -> RSAPrivateKey:
    """Read the key, and say where the unusable one came from."""
    try:
        return private_key(resolve(ref, env))
    except UserError as error:
        if str(ref) in error.message:
            raise
        raise UserError(f"{error.message} It came from: {ref}.", advice=error.advice) from None


def resolve(ref: SecretRef, env: Mapping[str, str], *, seconds: float = COMMAND_SECONDS) -> str:
    """Give the value that a reference stands for, without white space around it; never empty.

    A command runs without a shell, with `env`, no input, its error output thrown away, for `seconds` at most.
    """
    if ref.env is not None:
        value = env.get(ref.env, "")
    else:
        raw = _file(ref, ref.file) if ref.file is not None else _command(ref, ref.exec, env, seconds=seconds)
        value = _text(ref, raw)
    if not value.strip():
        raise UserError(f"No credential: {ref} is {'not set or ' if ref.env else ''}empty.", advice=_ADVICE)
    return value.strip()


_ADVICE = "Credentials are given by reference: env, file or exec, in spec.auth and spec.state of the Tenant."


def _text(ref: SecretRef, raw: bytes) -> str:
    if len(raw) > LONGEST:
        raise UserError(f"No credential: {ref} gives more than {LONGEST} bytes.", advice=_ADVICE)
    text = raw.decode("utf-8-sig", errors="replace")
    if "\ufffd" in text or "\0" in text:
        raise UserError(f"No credential: {ref} gives bytes that are not text.", advice=_ADVICE)
    return text


def _file(ref: SecretRef, path: str) -> bytes:
    try:
        with Path(path).open("rb") as stream:
            return stream.read(LONGEST + 1)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    except ValueError:
        problem = "not a file name"
    raise UserError(f"No credential: {ref} cannot be read: {problem}.", advice=_ADVICE)


def _command(ref: SecretRef, argv: Sequence[str], env: Mapping[str, str], *, seconds: float) -> bytes:
    try:
        process = subprocess.Popen(  # noqa: S603  the command is the project's own, and runs without a shell
            list(argv),
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        problem = error.strerror or type(error).__name__
    except ValueError:
        problem = "not a command line"
    else:
        return _output(ref, process, seconds=seconds)
    raise UserError(f"No credential: {ref} cannot be started: {problem}.", advice=_ADVICE)


def _output(ref: SecretRef, process: subprocess.Popen[bytes], *, seconds: float) -> bytes:
    late = threading.Event()
    timer = threading.Timer(seconds, _kill, args=(process, late))
    timer.start()
    with process:
        try:
            output = process.stdout.read(LONGEST + 1) if process.stdout else b""
            if len(output) <= LONGEST:
                process.wait()
        finally:
            timer.cancel()
            _kill(process, threading.Event())
    if late.is_set():
        raise UserError(f"No credential: {ref} did not end within {seconds:g} s.", advice=_ADVICE)
    if process.returncode and len(output) <= LONGEST:
        raise UserError(
            f"No credential: {ref} failed with exit status {process.returncode}.",
            advice="Run the command by hand to see what it says.",
        )
    return output


def _kill(process: subprocess.Popen[bytes], killed: threading.Event) -> None:
    if process.returncode is not None:  # waited for: its number may belong to somebody else by now
        return
    killed.set()
    try:
        # The whole session: a grandchild that holds the pipe open would keep us reading.
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
