"""What AWS does at the other end: checks a signature, and writes its event streams."""

import base64
import json
import zlib

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from harness.stub_upstream import Received


def frame(headers: dict[str, str], payload: bytes) -> bytes:
    """A frame of `application/vnd.amazon.eventstream`."""
    encoded = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + len(value).to_bytes(2) + value.encode()
        for name, value in headers.items()
    )
    prelude = (16 + len(encoded) + len(payload)).to_bytes(4) + len(encoded).to_bytes(4)
    message = prelude + zlib.crc32(prelude).to_bytes(4) + encoded + payload
    return message + zlib.crc32(message).to_bytes(4)


def event(kind: str, content: dict) -> bytes:
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(content).encode())


def chunk(document: dict) -> bytes:
    """An event of InvokeModel's stream."""
    return event("chunk", {"bytes": base64.b64encode(json.dumps(document).encode()).decode(), "p": "abcdef"})


def exception(kind: str, message: str) -> bytes:
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, json.dumps({"message": message}).encode())


def expected_signature(received: Received, credentials: botocore.credentials.Credentials, region: str) -> str:
    """The signature that botocore makes of a request as it arrived, over the fields that it says are signed."""
    authorization = received.head.get("authorization")
    signed = authorization.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    request = botocore.awsrequest.AWSRequest(
        method=received.head.method,
        url=f"http://{received.head.get('host')}{received.head.target}",
        headers={name: received.head.get(name) for name in signed},
        data=received.body,
    )
    request.context["timestamp"] = received.head.get("x-amz-date")
    signer = botocore.auth.SigV4Auth(credentials, "bedrock", region)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return signer.signature(text, request)


def signature(received: Received) -> str:
    return received.head.get("authorization").partition("Signature=")[2]
