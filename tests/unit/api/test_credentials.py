"""Credentials are found by reference, in every form, and never shown."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from lwdeploy.api.credentials import LONGEST, Credentials, private_key, resolve
from lwdeploy.core.errors import UserError
from lwdeploy.core.secret import SecretRef
from lwdeploy.core.tenant import Auth

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

CANARY = "canary-of-a-secret"


def pem_of(
    key: RSAPrivateKey | EllipticCurvePrivateKey,
    form: PrivateFormat = PrivateFormat.PKCS8,
    lock: KeySerializationEncryption | None = None,
) -> str:
    return key.private_bytes(Encoding.PEM, form, lock or NoEncryption()).decode()


def der_of(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def python(code: str) -> SecretRef:
    return SecretRef(exec=(sys.executable, "-c", code))


FORMS: dict[str, Callable[[str, bytes], str]] = {
    "as it is": lambda pem, _: pem,
    "with CRLF": lambda pem, _: pem.replace("\n", "\r\n"),
    "with spaces around": lambda pem, _: f"\ufeff  \n{pem}\n\n ",
    "one line with backslash n": lambda pem, _: pem.replace("\n", "\\n"),
    "one line with backslash r n": lambda pem, _: pem.replace("\n", "\\r\\n"),
    "one line with spaces": lambda pem, _: pem.replace("\n", " "),
    "in double quotes": lambda pem, _: f'"{pem}"',
    "in single quotes": lambda pem, _: "'" + pem.strip().replace("\n", "\\n") + "'",
    "after other text": lambda pem, _: f"Bag Attributes\n  friendlyName: x\n{pem}",
    "Base64 of PEM": lambda pem, _: base64.b64encode(pem.encode()).decode(),
    "wrapped Base64 of PEM": lambda pem, _: base64.encodebytes(pem.encode()).decode(),
    "Base64 of PEM with CRLF": lambda pem, _: base64.b64encode(pem.replace("\n", "\r\n").encode()).decode(),
    "Base64 of DER": lambda _, der: base64.b64encode(der).decode(),
    "URL-safe Base64 without padding": lambda _, der: base64.urlsafe_b64encode(der).decode().rstrip("="),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_key_is_read_in_every_form(
    key: RSAPrivateKey, tmp_path: Path, form: Callable[[str, bytes], str]
) -> None:
    """Directly, and from a file of the same content."""
    text = form(pem_of(key), der_of(key))
    assert private_key(text).private_numbers() == key.private_numbers()
    path = tmp_path / "new.key"
    path.write_text(text, "utf-8", newline="")
    assert private_key(f' "{path}"\n').private_numbers() == key.private_numbers()


def test_a_traditional_pem_is_read(key: RSAPrivateKey) -> None:
    """`BEGIN RSA PRIVATE KEY`, as openssl wrote for decades."""
    text = pem_of(key, PrivateFormat.TraditionalOpenSSL)
    assert private_key(text).private_numbers() == key.private_numbers()


def test_a_home_folder_is_understood(key: RSAPrivateKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No shell has expanded a path that comes from a manifest."""
    (tmp_path / "bot.key").write_text(pem_of(key))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert private_key("~/bot.key").private_numbers() == key.private_numbers()


def unreadable(key: RSAPrivateKey) -> dict[str, tuple[str, str]]:
    pem = pem_of(key)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    lock = BestAvailableEncryption(b"x")
    return {
        "nothing": ("", "empty"),
        "quotes": ('""', "empty"),
        "a public key": (public, "PEM block of type PUBLIC KEY"),
        "half": (pem[: len(pem) // 2], "PEM block of type PRIVATE KEY"),
        "damaged": (pem.replace("MII", "MIJ", 1), "damaged"),
        "encrypted": (pem_of(key, lock=lock), "passphrase"),
        "encrypted the old way": (pem_of(key, PrivateFormat.TraditionalOpenSSL, lock), "passphrase"),
        "another algorithm": (pem_of(ec.generate_private_key(ec.SECP256R1())), "not an RSA key"),
        "a lost file": (f"/nowhere/{CANARY}.key", "nor a file"),
        "a word": (CANARY, "18 characters in 1 line"),
        "a NUL": (f"{CANARY}\0", "nor a file"),
        "a folder": ("/", "nor a file"),
        "half of DER": (base64.b64encode(der_of(key)[:200]).decode(), "damaged"),
        "a user without a home": (f"~{CANARY}/key", "nor a file"),
    }


@pytest.mark.parametrize(
    "name",
    [
        "nothing",
        "quotes",
        "a public key",
        "half",
        "damaged",
        "encrypted",
        "encrypted the old way",
        "another algorithm",
        "a lost file",
        "a word",
        "a NUL",
        "a folder",
        "half of DER",
        "a user without a home",
    ],
)
def test_an_unreadable_key_is_described_and_not_quoted(key: RSAPrivateKey, name: str) -> None:
    """Length and kind say enough."""
    text, seen = unreadable(key)[name]
    with pytest.raises(UserError, match=seen) as caught:
        private_key(text)
    shown = str(caught.value)
    for start in range(0, max(0, len(text) - 16), 16):
        piece = text[start : start + 16]
        assert piece in {"-----BEGIN PRIVA", "-----BEGIN PUBLI"} or piece not in shown


def test_a_value_comes_from_the_given_environment() -> None:
    """White space around it is not part of it."""
    assert resolve(SecretRef(env="X"), {"X": f" {CANARY}\n"}) == CANARY


def test_a_value_comes_from_a_file(tmp_path: Path) -> None:
    """With or without a byte order mark."""
    path = tmp_path / "secret"
    path.write_bytes(b"\xef\xbb\xbf" + CANARY.encode() + b"\r\n")
    assert resolve(SecretRef(file=str(path)), {}) == CANARY


def test_a_value_comes_from_a_command() -> None:
    """Run without a shell, with the given environment, with no input; error output is thrown away."""
    code = "import os, sys; sys.stdin.read(); print('noise', file=sys.stderr); print(os.environ['X'], sys.argv[1])"
    ref = SecretRef(exec=(sys.executable, "-c", code, "$HOME; echo"))
    assert resolve(ref, {"X": CANARY}) == f"{CANARY} $HOME; echo"


def problems(tmp_path: Path) -> dict[str, tuple[SecretRef, str]]:
    binary, big = tmp_path / "binary", tmp_path / "big"
    binary.write_bytes(b"\xff\xfe" + CANARY.encode())
    big.write_text(CANARY * 5000)
    script = tmp_path / "script"
    script.write_text(CANARY)
    said = f"import sys; print('{CANARY}'); print('{CANARY}', file=sys.stderr); "
    return {
        "unset": (SecretRef(env="UNSET"), "environment variable UNSET is not set"),
        "blank": (SecretRef(env="BLANK"), "environment variable BLANK"),
        "no file": (SecretRef(file=str(tmp_path / "no")), "No such file"),
        "folder": (SecretRef(file=str(tmp_path)), "directory"),
        "NUL": (SecretRef(file="a\0b"), "not a file name"),
        "binary": (SecretRef(file=str(binary)), "not text"),
        "big": (SecretRef(file=str(big)), f"more than {LONGEST}"),
        "no command": (SecretRef(exec=("no-such-command-here",)), "No such file"),
        "not executable": (SecretRef(exec=(str(script),)), "Permission denied"),
        "NUL in a command": (SecretRef(exec=(sys.executable, "\0")), "not a command line"),
        "failing": (python(said + "sys.exit(3)"), "exit status 3"),
        "silent": (python("pass"), "empty"),
        "endless": (python(f"while True: print('{CANARY}')"), f"more than {LONGEST}"),
    }


@pytest.mark.parametrize(
    "name",
    [
        "unset",
        "blank",
        "no file",
        "folder",
        "NUL",
        "binary",
        "big",
        "no command",
        "not executable",
        "NUL in a command",
        "failing",
        "silent",
        "endless",
    ],
)
def test_what_cannot_be_found_is_named_and_not_shown(tmp_path: Path, name: str) -> None:
    """The reference is named, the value never is, nor what a command wrote."""
    ref, said = problems(tmp_path)[name]
    with pytest.raises(UserError, match="No credential") as caught:
        resolve(ref, {"BLANK": " \n"})
    assert said in caught.value.message
    assert str(ref) in caught.value.message
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(60)",
        "import os, time; os.close(1); time.sleep(60)",
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])",
    ],
)
def test_a_command_that_does_not_end_is_ended(code: str) -> None:
    """Also one that left a child behind which holds the pipe open (a real, short limit)."""
    with pytest.raises(UserError, match=r"did not end within 0\.5 s"):
        resolve(python(code), {}, seconds=0.5)


def test_all_four_are_read_and_none_is_printed(key: RSAPrivateKey) -> None:
    """Credentials print identifiers only."""
    env = {
        "LWDEPLOY_CLIENT_ID": "client-1",
        "LWDEPLOY_CLIENT_SECRET": CANARY,
        "LWDEPLOY_SERVICE_ACCOUNT": "svc@example.com",
        "LWDEPLOY_PRIVATE_KEY": pem_of(key),
    }
    read = Credentials.read(Auth(), env=env)
    assert (read.client_id, read.client_secret, read.service_account) == ("client-1", CANARY, "svc@example.com")
    assert read.private_key.private_numbers() == key.private_numbers()
    assert CANARY not in f"{read} {read!r}"
    assert "Key" not in repr(read)
