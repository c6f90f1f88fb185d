"""The examples in docs/webhooks.md, with which receivers verify messages."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.paths import ROOT
from webhooks import signing

BODY = '{"type":"booking.created","data":{"name":"Zoë"}}'.encode()
NOW = 1_800_000_000
SECRET, OLD = signing.new_secret(), signing.new_secret()

Verify = Callable[..., str]


def example(language: str) -> str:
    text = (ROOT / "docs" / "webhooks.md").read_text()
    [found] = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(found)


def in_python(secret: str, headers: dict[str, str], body: bytes) -> str:
    names: dict[str, Any] = {}
    exec(example("python"), names)
    return str(names["verified"](secret, headers, body, now=NOW))


def in_node(secret: str, headers: dict[str, str], body: bytes) -> str:
    node = shutil.which("node") or str(Path(sys.executable).with_name("node"))
    call = f"""
const [secret, headers, body] = {json.dumps([secret, headers, body.decode()])};
try {{ console.log(verified(secret, headers, Buffer.from(body), {NOW})); }}
catch (error) {{ console.error(error.message); process.exit(3); }}
"""
    command = [node, "--input-type=module", "-e", example("javascript") + call]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 3:
        raise ValueError(done.stderr)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def sent(**more: Any) -> dict[str, str]:
    return signing.headers(
        **{"name": "msg_1", "timestamp": NOW, "body": BODY, "keys": [SECRET], **more}
    )


EXAMPLES = [
    in_python,
    pytest.param(
        in_node, marks=pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js")
    ),
]


@pytest.mark.any_database
@pytest.mark.parametrize("verified", EXAMPLES)
def test_receivers_accept_what_we_sign_and_refuse_forged_and_replayed_requests(
    verified: Verify,
) -> None:
    assert verified(SECRET, sent(), BODY) == "msg_1"
    assert verified(OLD, sent(keys=[SECRET, OLD]), BODY) == "msg_1"
    forged = {
        "another secret": (sent(keys=[OLD]), BODY),
        "another body": (sent(), BODY.replace(b"created", b"deleted")),
        "another id": ({**sent(), "webhook-id": "msg_2"}, BODY),
        "replayed later": (sent(timestamp=NOW - 301), BODY),
        "from the future": (sent(timestamp=NOW + 301), BODY),
        "replayed with a new time": (
            {**sent(timestamp=NOW - 900), "webhook-timestamp": f"{NOW}"},
            BODY,
        ),
        "no signature": ({**sent(), "webhook-signature": "v1,"}, BODY),
        "another version": (
            {**sent(), "webhook-signature": sent()["webhook-signature"].replace("v1", "v0")},
            BODY,
        ),
    }
    for what, (headers, body) in forged.items():
        with pytest.raises(ValueError, match=r".+"):
            pytest.fail(f"{what}: {verified(SECRET, headers, body)}")


@pytest.mark.any_database
def test_our_signature_is_that_of_the_specifications_example() -> None:
    headers = signing.headers(
        name="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
        keys=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
