"""TLS on both ports, and that nothing listens beyond this machine without it."""

import datetime
import ipaddress
import json
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anthropic
import httpx
import openai
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness.stub_upstream import chat_reply
from harness.tollgate_process import Tollgate, binary, environment, run_tollgate
from harness.waiting import eventually

HI = [{"role": "user", "content": "Hi"}]
OPENAI_KEY = "sk-provider-of-the-operator"


@pytest.fixture
def certificate(tmp_path) -> tuple[Path, Path]:
    """A certificate of this machine's loopback, which is its own authority, and its key."""
    return make_certificate(tmp_path)


def make_certificate(directory: Path, days: int = 1) -> tuple[Path, Path]:
    """The files `cert.pem` and `key.pem`, put in the place of what was there: valid from a year ago, for so many days from now on."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=365))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    paths = directory / "cert.pem", directory / "key.pem"
    for path, content in zip(paths, (made.public_bytes(serialization.Encoding.PEM), private), strict=True):
        fresh = path.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.replace(path)
    return paths


class SecureTollgate(Tollgate):
    """A proxy whose control plane is asked over TLS."""

    certificate: Path

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def control_url(self) -> str:
        return f"https://127.0.0.1:{self.control_port}"

    def get(self, path: str, **headers: str):
        context = ssl.create_default_context(cafile=self.certificate)
        request = urllib.request.Request(self.control_url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=15, context=context) as reply:
                return reply.status, reply.read(), {}
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read(), {}
        except OSError:
            return 0, b"", {}


@pytest.fixture
def secure(certificate, make_stub, tmp_path):
    def answer(exchange):
        body = json.loads(exchange.read_body() or b"{}")
        if body.get("stream"):
            exchange.respond(200, b'data: {"choices":[]}\n\ndata: [DONE]\n\n', [("Content-Type", "text/event-stream")])
        else:
            exchange.respond(200, chat_reply(), [("Content-Type", "application/json")])

    stub = make_stub(answer)
    tls = {"cert": str(certificate[0]), "key": str(certificate[1])}
    config = {
        "tls": tls,
        "control": {"tls": tls},
        "providers": {"openai": {"base_url": stub.url, "key": OPENAI_KEY}, "local": {"base_url": stub.url}},
    }
    directory = tmp_path / "secure"
    directory.mkdir()
    tollgate = SecureTollgate(directory, config=config)
    tollgate.certificate = certificate[0]
    with tollgate:
        yield tollgate, stub
        print(tollgate.log[-4000:])
        assert tollgate.process.poll() is None


def command(tollgate, *arguments: str, trusts: bool = True) -> subprocess.CompletedProcess:
    """A command that asks the proxy over TLS, and trusts its certificate."""
    more = {"SSL_CERT_FILE": str(tollgate.certificate)} if trusts else {}
    return subprocess.run(
        [binary(), *arguments, "--control", tollgate.control_url, "--data", str(tollgate.data)],
        capture_output=True,
        text=True,
        timeout=30,
        env=environment() | more,
    )


def test_calls_streams_and_commands_go_over_tls(secure):
    tollgate, stub = secure
    made = command(tollgate, "key", "create", "k")
    assert made.returncode == 0, made.stderr
    context = ssl.create_default_context(cafile=tollgate.certificate)
    with openai.OpenAI(
        base_url=f"{tollgate.url}/openai/v1",
        api_key=made.stdout.strip(),
        max_retries=0,
        http_client=httpx.Client(verify=context),
    ) as client:
        raw = client.chat.completions.with_raw_response.create(model="gpt-4.1", messages=HI)
        list(client.chat.completions.create(model="gpt-4.1", messages=HI, stream=True))
        large = [{"role": "user", "content": "x" * 3_000_000}]
        client.chat.completions.create(model="gpt-4.1", messages=large)
    assert tollgate.call(raw.headers["x-tollgate-call"])["key"] == "k"
    assert len(stub.received) == 3
    assert command(tollgate, "report", "--format", "json").returncode == 0
    assert f"listens on {tollgate.url}" in tollgate.log
    # The handshake fails at once or a little later, before or after the command looks: it must not matter.
    with ThreadPoolExecutor(8) as pool:
        for distrustful in pool.map(lambda _: command(tollgate, "key", "list", trusts=False), range(40)):
            assert distrustful.returncode == 1 and "SSL_CERT_FILE" in distrustful.stderr, distrustful.stderr
    with (
        pytest.raises(anthropic.APIConnectionError),
        anthropic.Anthropic(base_url=f"{tollgate.url}/anthropic", api_key="x", max_retries=0) as client,
    ):
        client.messages.create(model="claude-haiku-4-5", max_tokens=1, messages=HI)


def test_only_modern_tls_is_spoken_and_nothing_in_clear(secure):
    tollgate, stub = secure
    for port in (tollgate.port, tollgate.control_port):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.create_default_context(cafile=tollgate.certificate)
            context.minimum_version = context.maximum_version = version
            with (
                socket.create_connection(("127.0.0.1", port)) as plain,
                context.wrap_socket(plain, server_hostname="localhost") as connection,
            ):
                assert connection.version() in ("TLSv1.2", "TLSv1.3")
        with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
            plain.sendall(b"GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            assert b"HTTP/1.1 200" not in plain.recv(65536)
    assert not stub.received


def test_a_client_that_never_ends_its_handshake_is_given_up(secure):
    tollgate, _ = secure
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context(cafile=tollgate.certificate).wrap_bio(incoming, outgoing)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    hello = outgoing.read()

    def is_closed(port: int, sent: bytes) -> bool:
        with socket.create_connection(("127.0.0.1", port), timeout=40) as plain:
            plain.sendall(sent)
            while plain.recv(65536):
                pass
            return True

    jobs = [(port, sent) for port in (tollgate.port, tollgate.control_port) for sent in (b"", hello[:40], hello)]
    with ThreadPoolExecutor(len(jobs)) as pool:
        assert all(pool.map(lambda job: is_closed(*job), jobs))


def test_a_foreign_host_is_refused_over_tls_too(secure):
    tollgate, _ = secure
    context = ssl.create_default_context(cafile=tollgate.certificate)
    for port in (tollgate.port, tollgate.control_port):
        reply = httpx.get(
            f"https://127.0.0.1:{port}/v1/models", headers={"host": "evil.example"}, verify=context, timeout=15
        )
        assert reply.status_code in (403, 421)


def refused(tmp_path, *arguments: str, config: dict | None = None) -> str:
    """What `serve` says where it does not start."""
    path = tmp_path / "refused.yaml"
    path.write_text(json.dumps(config or {}))
    result = run_tollgate("serve", "--config", str(path), "--data", str(tmp_path / "refused"), *arguments)
    assert result.returncode == 78, (result.returncode, result.stderr)
    return result.stderr.strip().splitlines()[-1]


def test_nothing_listens_beyond_loopback_without_tls(tmp_path):
    for arguments in (("--listen", "0.0.0.0:0"), ("--control", "0.0.0.0:0"), ("--listen", "[::]:0")):
        said = refused(tmp_path, *arguments)
        assert "other machines" in said and "tls" in said and "terminated_elsewhere" in said


def test_beyond_loopback_a_key_is_needed(certificate, make_stub, tmp_path):
    tls = {"cert": str(certificate[0]), "key": str(certificate[1])}
    said = refused(tmp_path, config={"listen": "0.0.0.0:4100", "tls": tls, "virtual_keys": "optional"})
    assert "virtual_keys" in said and "tollgate key create" in said
    stub = make_stub()
    directory = tmp_path / "open"
    directory.mkdir()

    class OpenTollgate(SecureTollgate):
        def arguments(self):
            return [part.replace(f"127.0.0.1:{self.port}", f"0.0.0.0:{self.port}") for part in super().arguments()]

    config = {"tls": tls, "control": {"tls": tls}, "providers": {"local": {"base_url": stub.url}}}
    tollgate = OpenTollgate(directory, config=config)
    tollgate.certificate = certificate[0]
    with tollgate:
        key = command(tollgate, "key", "create", "k").stdout.strip()
        context = ssl.create_default_context(cafile=tollgate.certificate)
        path, body = f"{tollgate.url}/local/v1/chat/completions", {"model": "m", "messages": HI}
        with httpx.Client(verify=context, timeout=15) as client:
            assert client.post(path, json=body, headers={"authorization": "Bearer sk-mine"}).status_code == 401
            assert client.post(path, json=body, headers={"x-tollgate-key": key}).status_code == 200


@pytest.mark.parametrize("wrong", ["cert", "key", "other"])
def test_files_that_are_not_a_certificate_and_its_key_are_refused(certificate, tmp_path, wrong):
    files = {"cert": str(certificate[0]), "key": str(certificate[1])}
    other = tmp_path / "other.pem"
    if wrong == "other":
        made = ec.generate_private_key(ec.SECP256R1())
        other.write_bytes(
            made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        files["key"] = str(other)
    else:
        other.write_text("nothing")
        files[wrong] = str(other)
    said = refused(tmp_path, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", config={"tls": files})
    assert "tls." in said and "other.pem" in said


def shown(port: int) -> bytes:
    """The certificate that a new connection is shown."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        return connection.getpeercert(binary_form=True)


def der(path: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(path.read_text())


def test_a_renewed_certificate_counts_for_new_connections_and_open_ones_go_on(secure, certificate, tmp_path):
    tollgate, _ = secure
    ports = (tollgate.port, tollgate.control_port)
    former = der(certificate[0])
    assert [shown(port) for port in ports] == [former, former]
    context = ssl.create_default_context(cafile=certificate[0])
    with httpx.Client(verify=context, timeout=15, limits=httpx.Limits(keepalive_expiry=60)) as client:
        paths = [f"{tollgate.url}/local/v1/models", f"{tollgate.control_url}/healthz"]
        before = [client.get(path).status_code for path in paths]
        assert before[1] == 200
        make_certificate(tmp_path)
        renewed = der(certificate[0])
        for port in ports:
            eventually(lambda port=port: shown(port) == renewed, seconds=15, what="the renewed certificate")
        # The client trusts the former one alone: it gets answers on the connections that it has, and no other.
        assert [client.get(path).status_code for path in paths] == before
    assert "was read again" in tollgate.log
    assert tollgate.metric("tollgate_certificate_reload_success") == 1
    assert tollgate.metric("tollgate_certificate_expiry_timestamp_seconds") > time.time()


@pytest.mark.parametrize("wrong", ["nothing", "another key", "expired"])
def test_a_renewed_certificate_that_is_not_in_order_is_refused_and_the_former_stays(
    secure, certificate, tmp_path, wrong
):
    tollgate, _ = secure
    ports = (tollgate.port, tollgate.control_port)
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(certificate[0].read_bytes())
    tollgate.certificate = trusted
    former = der(trusted)
    assert tollgate.metric("tollgate_certificate_reload_success") == 1
    if wrong == "nothing":
        certificate[0].write_text("-----BEGIN CERTIFICATE-----\n")
    elif wrong == "another key":
        other = tmp_path / "other"
        other.mkdir()
        make_certificate(other)[1].replace(certificate[1])
    else:
        make_certificate(tmp_path, days=-1)
    tollgate.process.send_signal(signal.SIGHUP)
    eventually(
        lambda: tollgate.log.count("was refused, and the one before it stays") >= 2, seconds=15, what="two refusals"
    )
    assert [shown(port) for port in ports] == [former, former]
    assert tollgate.metric("tollgate_certificate_reload_success") == 0
    assert command(tollgate, "report").returncode == 0
    # What is in order again counts at once.
    make_certificate(tmp_path)
    renewed = der(certificate[0])
    tollgate.process.send_signal(signal.SIGHUP)
    for port in ports:
        eventually(lambda port=port: shown(port) == renewed, seconds=15, what="the renewed certificate")
    trusted.write_bytes(certificate[0].read_bytes())
    assert tollgate.metric("tollgate_certificate_reload_success") == 1
