"""The passphrase secrets provider of the Pulumi CLI.

Salt text ``v1:<base64 of 8 random bytes>:<encrypted "pulumi">``; value text ``v1:<base64 nonce>:<base64 box>``; the key
is PBKDF2-HMAC-SHA256 of the passphrase, 1,000,000 rounds, 32 bytes; the box is AES-256-GCM without associated data
(``pkg/secrets/passphrase`` and ``sdk/go/common/resource/config/crypt.go`` of https://github.com/pulumi/pulumi).
Cloud key services as secrets providers are deliberately not here: nothing of the simulator may reach a cloud.
"""

from __future__ import annotations

import base64
import binascii
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from simulator.engine.errors import StateError

_ROUNDS = 1_000_000
_PROOF = "pulumi"


@lru_cache(maxsize=32)
def _key(passphrase: str, salt: bytes) -> bytes:
    """The key of a passphrase; cached, because one derivation takes a good part of a second."""
    return PBKDF2HMAC(algorithm=SHA256(), length=32, salt=salt, iterations=_ROUNDS).derive(passphrase.encode())


@lru_cache(maxsize=8)
def _fresh_salt(passphrase: str) -> bytes:
    """One salt per passphrase and process, so that many new stacks do not pay for many derivations."""
    return os.urandom(8)


class Crypter:
    """Encrypts and decrypts texts under a passphrase."""

    def __init__(self, passphrase: str, salt: str | None = None) -> None:
        """With no ``salt`` text a new one is made; with one, :class:`StateError` when the passphrase does not fit."""
        if salt is None:
            raw = _fresh_salt(passphrase)
            self._box = AESGCM(_key(passphrase, raw))
            self.salt = f"v1:{base64.b64encode(raw).decode()}:{self.encrypt(_PROOF)}"
            return
        version, _, rest = salt.partition(":")
        encoded, _, proof = rest.partition(":")
        if version != "v1" or not encoded or not proof:
            raise StateError("the encryption salt of the state file is malformed; expected v1:<salt>:<proof>")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise StateError("the encryption salt of the state file is not base64") from None
        self._box = AESGCM(_key(passphrase, raw))
        self.salt = salt
        try:
            fits = self.decrypt(proof) == _PROOF
        except StateError:
            fits = False
        if not fits:
            raise StateError("the passphrase is wrong for this state file")

    def encrypt(self, text: str) -> str:
        nonce = os.urandom(12)
        box = self._box.encrypt(nonce, text.encode(), None)
        return f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(box).decode()}"

    def decrypt(self, text: str) -> str:
        """Raises :class:`StateError` for a text that this passphrase did not make."""
        parts = text.split(":")
        if len(parts) != 3 or parts[0] != "v1":
            raise StateError("a secret of the state file is malformed; expected v1:<nonce>:<ciphertext>")
        try:
            nonce, box = (base64.b64decode(part, validate=True) for part in parts[1:])
            return self._box.decrypt(nonce, box, None).decode()
        except (InvalidTag, ValueError):
            raise StateError("a secret of the state file cannot be decrypted with this passphrase") from None
