import base64
import hashlib
import hmac
import time


def is_genuine(secret, headers, body):
    """secret: whsec_…, from the environment or a secret store, never in the code.
    headers: with names in lower case. body: bytes as they came, before they are parsed."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    # Older than five minutes: somebody may be sending a copy.
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # While the secret is being changed there are two signatures; one has to be right.
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected.encode(), part.encode()) for part in given)
