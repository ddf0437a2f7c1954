"""boto3 through Tollgate, to a scripted endpoint that checks the signatures it gets with botocore's own code."""

import json

import anthropic
import boto3
import botocore.config
import botocore.credentials
import botocore.eventstream
import botocore.exceptions
import pytest

from harness import aws
from harness.http_bytes import LAST_CHUNK, chunk, response_head
from harness.stub_upstream import Exchange, StubUpstream
from harness.tollgate_process import NOBODY, run_tollgate
from harness.waiting import eventually

MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
QUESTION = [{"role": "user", "content": [{"text": "Which cities have toll gates?"}]}]
STREAM = [("Content-Type", "application/vnd.amazon.eventstream"), ("x-amzn-RequestId", "req-stream")]
JSON = [("Content-Type", "application/json"), ("x-amzn-RequestId", "req-json")]

OURS = botocore.credentials.Credentials("AKIDOURS", "our+secret/key", "our//session//token==")

REPLY = {
    "metrics": {"latencyMs": 951},
    "output": {"message": {"role": "assistant", "content": [{"text": "Many."}]}},
    "stopReason": "end_turn",
    "usage": {
        "inputTokens": 10,
        "outputTokens": 4,
        "totalTokens": 7365,
        "cacheReadInputTokens": 0,
        "cacheWriteInputTokens": 7351,
        "cacheDetails": [{"inputTokens": 7000, "ttl": "5m"}, {"inputTokens": 351, "ttl": "1h"}],
    },
}
BEGUN = [
    aws.event("messageStart", {"role": "assistant", "p": "abc"}),
    aws.event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Let me look: é"}, "p": "abcd"}),
]
CONVERSED = [
    *BEGUN,
    aws.event(
        "contentBlockStart",
        {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "tooluse_1", "name": "look_up"}}},
    ),
    aws.event("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolUse": {"input": '{"city":"Oslo"}'}}}),
    aws.event("contentBlockStop", {"contentBlockIndex": 1}),
    aws.event("messageStop", {"stopReason": "tool_use"}),
    aws.event("metadata", {"usage": {"inputTokens": 415, "outputTokens": 95, "totalTokens": 510}, "metrics": {}}),
]
MESSAGE = {
    "id": "msg_bdrk_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-4-5-20251001",
    "content": [{"type": "text", "text": "Many."}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 12, "output_tokens": 5},
}
INVOKED = [
    aws.chunk({"type": "message_start", "message": MESSAGE | {"content": [], "stop_reason": None}}),
    aws.chunk({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Many."}}),
    aws.chunk({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 31}}),
    aws.chunk(
        {
            "type": "message_stop",
            "amazon-bedrock-invocationMetrics": {"inputTokenCount": 12, "outputTokenCount": 30},
        }
    ),
]


def answers(status: int, body: bytes, fields: list[tuple[str, str]]):
    def answer(exchange: Exchange):
        exchange.read_body()
        exchange.respond(status, body, fields)

    return answer


def client(tollgate, **settings):
    """boto3 as an agent has it, with credentials that AWS would not take."""
    settings.setdefault("aws_access_key_id", getattr(tollgate, "virtual_key", "AKIDCLIENT"))
    settings.setdefault("aws_secret_access_key", "secret-of-the-client")
    return boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=f"{tollgate.url}/bedrock",
        config=botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=30),
        **settings,
    )


@pytest.fixture
def signing(make_stub, make_tollgate):
    """A stub, and a Tollgate that signs for it."""
    stub = make_stub(answers(200, json.dumps(REPLY).encode(), JSON))
    keys = {"access_key_id": OURS.access_key, "secret_access_key": OURS.secret_key, "session_token": OURS.token}
    tollgate = make_tollgate(
        config={"providers": {"bedrock": {"base_url": stub.url, "region": "eu-west-1", "aws": keys}}}
    )
    made = run_tollgate("key", "create", "agent", "--data", str(tollgate.data), "--control", tollgate.control_url)
    # Whoever spends with the operator's credentials has a key of Tollgate's own: here as the id of an AWS key.
    tollgate.virtual_key = made.stdout.strip()
    return stub, tollgate


def check_signature(stub: StubUpstream):
    """The last request is signed with Tollgate's credentials, for the host that it was sent to, and with no others."""
    received = stub.last
    assert aws.signature(received) == aws.expected_signature(received, OURS, "eu-west-1")
    assert received.head.get("host") == stub.url.removeprefix("http://")
    assert received.head.get("x-amz-security-token") == OURS.token
    assert len(received.head.all("authorization")) == len(received.head.all("x-amz-date")) == 1
    assert "/eu-west-1/bedrock/aws4_request" in received.head.get("authorization")
    assert not any(b"tg-" in value for _, value in received.head.fields)


def only_call(tollgate) -> dict:
    calls = eventually(tollgate.calls, what="a row")
    assert len(calls) == 1
    assert (calls[0]["provider"], calls[0]["dialect"]) == ("bedrock", "bedrock")
    return calls[0]


def test_converse(signing):
    stub, tollgate = signing
    reply = client(tollgate).converse(modelId=MODEL, messages=QUESTION, inferenceConfig={"maxTokens": 9})
    assert reply["output"] == REPLY["output"]
    check_signature(stub)
    assert stub.last.head.target == "/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse"
    call = only_call(tollgate)
    assert (call["usage"]["input"], call["usage"]["output"]) == (10, 4)
    assert call["usage"]["cache_write"] == {"5m": 7000, "1h": 351}
    assert (call["model"], call["model_requested"]) == (MODEL, MODEL)
    assert (call["usage_source"], call["outcome"]) == ("provider", "ok")
    assert call["finish_reason"] == "end_turn"


def test_converse_stream(signing):
    stub, tollgate = signing
    stub.answer = answers(200, b"".join(CONVERSED), STREAM)
    events = list(client(tollgate).converse_stream(modelId=MODEL, messages=QUESTION)["stream"])
    assert [next(iter(event)) for event in events][-1] == "metadata"
    assert events[1]["contentBlockDelta"]["delta"]["text"] == "Let me look: é"
    check_signature(stub)
    call = only_call(tollgate)
    assert (call["usage"]["input"], call["usage"]["output"]) == (415, 95)
    assert [(tool["id"], tool["name"]) for tool in call["tool_calls"]] == [("tooluse_1", "look_up")]
    assert (call["outcome"], call["finish_reason"]) == ("ok", "tool_use")
    assert call["response_bytes"] == len(b"".join(CONVERSED))


def test_invoke(signing):
    stub, tollgate = signing
    stub.answer = answers(200, json.dumps(MESSAGE).encode(), JSON)
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [{"role": "user", "content": "?"}]}
    reply = client(tollgate).invoke_model(modelId=MODEL, body=json.dumps(body))
    assert json.loads(reply["body"].read()) == MESSAGE
    check_signature(stub)
    call = only_call(tollgate)
    assert (call["usage"]["input"], call["usage"]["output"]) == (12, 5)
    assert (call["model"], call["model_requested"]) == (MESSAGE["model"], MODEL)
    assert call["provider_response_id"] == "msg_bdrk_1"


def test_invoke_without_usage_is_charged_by_the_header(signing):
    stub, tollgate = signing
    counts = [("X-Amzn-Bedrock-Input-Token-Count", "8"), ("X-Amzn-Bedrock-Output-Token-Count", "35")]
    stub.answer = answers(200, b'{"outputs":[{"text":"abc","stop_reason":"stop"}]}', [*JSON, *counts])
    client(tollgate).invoke_model(modelId="mistral.mistral-7b-instruct-v0:2", body='{"prompt":"abc"}')
    call = only_call(tollgate)
    assert (call["usage"]["input"], call["usage"]["output"], call["usage_source"]) == (8, 35, "provider")


def test_invoke_with_response_stream(signing):
    stub, tollgate = signing
    stub.answer = answers(200, b"".join(INVOKED), STREAM)
    reply = client(tollgate).invoke_model_with_response_stream(
        modelId="arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc", body=b'{"messages":[]}'
    )
    documents = [json.loads(event["chunk"]["bytes"]) for event in reply["body"]]
    assert [document["type"] for document in documents][-1] == "message_stop"
    check_signature(stub)
    call = only_call(tollgate)
    assert (call["usage"]["input"], call["usage"]["output"]) == (12, 31)
    assert call["model_requested"].endswith("application-inference-profile/abc")
    assert call["model"] == "claude-haiku-4-5-20251001"


def test_count_tokens_is_free(signing):
    stub, tollgate = signing
    stub.answer = answers(200, b'{"inputTokens":18}', JSON)
    reply = client(tollgate).count_tokens(modelId=MODEL, input={"converse": {"messages": QUESTION}})
    assert reply["inputTokens"] == 18
    call = only_call(tollgate)
    assert (call["cost_pico_usd"], call["usage_source"]) == (0, "none")


def test_what_has_no_dialect_is_signed_too(signing):
    stub, tollgate = signing
    stub.answer = answers(200, b'{"usage":{},"action":"NONE","outputs":[],"assessments":[]}', JSON)
    client(tollgate).apply_guardrail(
        guardrailIdentifier="g", guardrailVersion="1", source="INPUT", content=[{"text": {"text": "x" * 100_000}}]
    )
    check_signature(stub)
    assert eventually(tollgate.calls, what="a row")[0]["cost_source"] == "unmetered"


def test_throttling_is_boto3s_own_error(signing):
    stub, tollgate = signing
    error = [*JSON, ("x-amzn-ErrorType", "ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/")]
    stub.answer = answers(429, b'{"message":"Too many requests, please wait before trying again."}', error)
    runtime = client(tollgate)
    with pytest.raises(runtime.exceptions.ThrottlingException):
        runtime.converse(modelId=MODEL, messages=QUESTION)
    call = only_call(tollgate)
    assert (call["status"], call["error"], call["outcome"]) == (429, "ThrottlingException", "client_error")
    assert (call["cost_pico_usd"], call["provider_request_id"]) == (0, "req-json")


def test_an_exception_inside_a_stream_is_an_error_and_what_came_is_counted(signing):
    stub, tollgate = signing
    stub.answer = answers(200, b"".join([*BEGUN, aws.exception("throttlingException", "Slow down")]), STREAM)
    stream = client(tollgate).converse_stream(modelId=MODEL, messages=QUESTION)["stream"]
    with pytest.raises(botocore.exceptions.EventStreamError) as failed:
        list(stream)
    assert failed.value.response["Error"]["Code"] == "throttlingException"
    call = only_call(tollgate)
    assert (call["status"], call["error"], call["outcome"]) == (200, "throttlingException", "upstream_error")
    assert (call["usage_source"], call["usage"]["output"] > 0) == ("counted", True)


def test_a_damaged_stream_passes_as_it_is_and_is_charged_at_its_bound(signing):
    stub, tollgate = signing
    body = bytearray(b"".join(CONVERSED))
    body[len(b"".join(BEGUN)) - 10] ^= 1
    stub.answer = answers(200, bytes(body), STREAM)
    stream = client(tollgate).converse_stream(modelId=MODEL, messages=QUESTION)["stream"]
    with pytest.raises(botocore.eventstream.ChecksumMismatch):
        list(stream)
    call = only_call(tollgate)
    assert (call["error"], call["outcome"]) == ("damaged_stream", "upstream_error")
    assert call["usage_source"] == "bound"
    assert call["usage"]["output"] == len(body)


def test_a_bearer_key_passes_as_it_is(make_stub, make_tollgate):
    """By Anthropic's package: botocore sends such a key over TLS only."""
    stub = make_stub(answers(200, json.dumps(MESSAGE).encode(), JSON))
    tollgate = make_tollgate({"bedrock": stub.url})
    with anthropic.AnthropicBedrock(
        api_key="bedrock-api-key-abc", aws_region="us-east-1", base_url=f"{tollgate.url}/bedrock", max_retries=0
    ) as claude:
        reply = claude.messages.create(model=MODEL, messages=[{"role": "user", "content": "?"}], max_tokens=9)
    assert reply.usage.output_tokens == 5
    assert stub.last.head.get("authorization") == "Bearer bedrock-api-key-abc"
    call = only_call(tollgate)
    assert (call["usage"]["output"], call["model_requested"]) == (5, MODEL)


def test_anthropics_package_streams(signing):
    """It reads the frames by botocore, and signs with the agent's credentials, which are replaced."""
    stub, tollgate = signing
    stub.answer = answers(200, b"".join(INVOKED), STREAM)
    with anthropic.AnthropicBedrock(
        aws_access_key=tollgate.virtual_key,
        aws_secret_key="secret-of-the-client",
        aws_region="us-east-1",
        base_url=f"{tollgate.url}/bedrock",
        max_retries=0,
    ) as claude:
        events = list(
            claude.messages.create(model=MODEL, messages=[{"role": "user", "content": "?"}], max_tokens=9, stream=True)
        )
    assert events[-1].type == "message_stop"
    check_signature(stub)
    assert only_call(tollgate)["usage"]["output"] == 31


def test_keys_of_clients_are_told_apart_by_their_id_not_by_their_signatures(make_stub, make_tollgate):
    stub = make_stub(answers(200, json.dumps(REPLY).encode(), JSON))
    tollgate = make_tollgate({"bedrock": stub.url})
    for key in ("AKIDONE", "AKIDONE", "AKIDTWO"):
        client(tollgate, aws_access_key_id=key).converse(modelId=MODEL, messages=QUESTION)
    calls = eventually(lambda: rows if len(rows := tollgate.calls()) == 3 else None, what="three rows")
    assert len({call["upstream_key_id"] for call in calls}) == 2


def test_a_refusal_is_an_error_that_boto3_knows(make_tollgate):
    """Nothing listens upstream."""
    tollgate = make_tollgate({"bedrock": NOBODY})
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        client(tollgate).converse(modelId=MODEL, messages=QUESTION)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 502
    assert refused.value.response["Error"]["Code"] == "InternalServerException"
    assert refused.value.response["Error"]["Message"]


def test_what_is_missing_is_named(tmp_path):
    path = tmp_path / "tollgate.yaml"
    path.write_text("providers: { azure: {}, bedrock: {}, vertex: {} }\n")
    checked = run_tollgate("check-config", "--config", str(path))
    assert checked.returncode != 0
    for key in ("providers.azure.resource", "providers.bedrock.region", "providers.vertex.region"):
        assert key in checked.stdout + checked.stderr
    path.write_text(
        "providers: { azure: {resource: ours}, vertex: {region: global},"
        " bedrock: {region: us-east-1, aws: {access_key_id: AKID, secret_access_key: hidden}} }\n"
    )
    checked = run_tollgate("check-config", "--config", str(path))
    assert checked.returncode == 0, checked.stderr
    assert "hidden" not in checked.stdout + checked.stderr and "***" in checked.stdout


def test_a_stream_that_passes_a_hard_budget_is_cut_with_an_exception(make_stub, make_tollgate):
    def endless(exchange: Exchange):
        exchange.read_body()
        exchange.send(response_head(200, [*STREAM, ("Transfer-Encoding", "chunked")]))
        try:
            for number in range(20_000):
                text = {"contentBlockIndex": 0, "delta": {"text": f"word {number} and more of it, "}}
                exchange.send(chunk(aws.event("contentBlockDelta", text)))
            exchange.send(LAST_CHUNK)
        except OSError:
            return

    stub = make_stub(endless)
    budget = {"name": "cap", "limit": "0.0100 USD", "bound": "hard", "every": "total"}
    tollgate = make_tollgate(
        config={"budgets": [budget], "providers": {"bedrock": {"base_url": stub.url, "region": "us-east-1"}}}
    )
    reply = client(tollgate).converse_stream(modelId=MODEL, messages=QUESTION, inferenceConfig={"maxTokens": 50})
    seen = 0
    with pytest.raises(botocore.exceptions.EventStreamError) as raised:
        for event in reply["stream"]:
            seen += len(event["contentBlockDelta"]["delta"]["text"])
    assert raised.value.response["Error"]["Code"] == "validationException"
    assert 'Tollgate budget "cap"' in raised.value.response["Error"]["Message"]
    assert seen > 100
    call = only_call(tollgate)
    assert (call["outcome"], call["error"]) == ("aborted", "budget_cut")
