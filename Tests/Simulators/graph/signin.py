# SPDX-License-Identifier: Apache-2.0
"""The token server: judges client assertions with openssl and gives out tokens."""

import base64
import hashlib
import json
import pathlib
import ssl
import subprocess
import tempfile


class Refused(Exception):
    """With the code of OAuth 2.0 and a text in which Entra ID names its own."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code
        self.text = text


def decode(text):
    if "=" in text or "+" in text or "/" in text:
        raise Refused("invalid_client", "AADSTS50027: not base64url without padding")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SignIn:
    def __init__(self, tenant, client, certificate, now):
        self.tenant = tenant
        self.client = client
        self.now = now
        self.tokens = set()
        self.used = set()
        self.certificate = certificate

    def token(self, form, address, resource):
        """The answer to a form; raises Refused."""
        expected = {
            "client_id": self.client,
            "grant_type": "client_credentials",
            "scope": resource + "/.default",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        }
        for name, value in expected.items():
            if form.get(name) != value:
                raise Refused("invalid_request", f"AADSTS900144: {name} is {form.get(name)}")
        if set(form) - set(expected) != {"client_assertion"}:
            raise Refused("invalid_request", f"AADSTS900144: fields {sorted(form)}")
        self._judge(form["client_assertion"], address)
        token = f"simulated.{len(self.tokens) + 1}.{hashlib.sha256(form['client_assertion'].encode()).hexdigest()}"
        self.tokens.add(token)
        return {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token}

    def revoke(self):
        self.tokens.clear()

    def _judge(self, assertion, address):
        parts = assertion.split(".")
        if len(parts) != 3:
            raise Refused("invalid_client", "AADSTS50027: not three parts")
        header, claims = (json.loads(decode(part)) for part in parts[:2])
        if header.get("alg") != "PS256" or header.get("typ") != "JWT":
            raise Refused("invalid_client", f"AADSTS50027: header {header}")
        der = ssl.PEM_cert_to_DER_cert(self.certificate)
        if decode(header.get("x5t#S256", "")) != hashlib.sha256(der).digest():
            raise Refused("invalid_client", "AADSTS700027: certificate is not registered\r\nTrace ID: 1")
        wanted = {"aud": address, "iss": self.client, "sub": self.client}
        if any(claims.get(name) != value for name, value in wanted.items()):
            raise Refused("invalid_client", f"AADSTS700023: claims {claims}")
        life = claims.get("exp", 0) - claims.get("nbf", 0)
        if not 0 < life <= 600 or not claims["nbf"] <= self.now <= claims["exp"]:
            raise Refused("invalid_client", "AADSTS700024: assertion is not within its valid time range")
        if not claims.get("jti") or claims["jti"] in self.used:
            raise Refused("invalid_client", "AADSTS50029: the assertion was used before")
        if not self._is_signed(f"{parts[0]}.{parts[1]}".encode(), decode(parts[2])):
            raise Refused("invalid_client", "AADSTS700027: signature is not valid\r\nTrace ID: 1")
        self.used.add(claims["jti"])

    def _is_signed(self, message, signature):
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder)
            (place / "certificate").write_text(self.certificate)
            (place / "message").write_bytes(message)
            (place / "signature").write_bytes(signature)
            key = subprocess.run(
                ["openssl", "x509", "-in", place / "certificate", "-noout", "-pubkey"], check=True, capture_output=True
            )
            (place / "key").write_bytes(key.stdout)
            check = ["openssl", "dgst", "-sha256", "-verify", place / "key", "-signature", place / "signature"]
            check += ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", place / "message"]
            return subprocess.run(check, capture_output=True).returncode == 0
