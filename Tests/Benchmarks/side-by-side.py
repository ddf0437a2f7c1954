#!/usr/bin/env python3
"""Compares the binary with nginx, which meters nothing, in front of the same endpoint in one run; quote the ratios.

    side-by-side.py [--binary .build/release/tollgate] [--seconds 5] [--rounds 3] [--connections 64]

Needs nginx and wrk (Debian packages of these names). The endpoint is a second nginx that returns one short completion. Rounds
alternate, and medians are printed: the machine is noisy.
"""

import argparse
import os
import re
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

REPLY = (
    '{"id":"chatcmpl-1","object":"chat.completion","created":1741569952,"model":"gpt-4.1-2025-04-14","choices":[{"index":0,'
    '"message":{"role":"assistant","content":"Hello! How can I assist you today?"},"finish_reason":"stop"}],'
    '"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29}}'
)
REQUEST = '{"model":"gpt-4.1","messages":[{"role":"user","content":"Hello! Tell me something nice, please."}],"max_tokens":200}'
PATH = "/v1/chat/completions"

NGINX = """
daemon off; worker_processes {workers}; pid {folder}/{name}.pid; error_log {folder}/{name}.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 100000000;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d;
  scgi_temp_path {folder}/e;
  upstream endpoint {{ server 127.0.0.1:{endpoint}; keepalive 1024; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{port}; location / {{ {location} }} }}
}}
"""
PROXY = 'proxy_pass http://endpoint; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;'


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family(pid: int) -> list[int]:
    """A process and its children, whose CPU is one system's."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    ticks = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def wait_for(port: int):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


def load(url: str, connections: int, seconds: int, script: Path) -> tuple[int, float, str]:
    """Requests, requests a second, and what went wrong."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    count, took = re.search(r"(\d+) requests in ([\d.]+)s", output).groups()
    wrong = re.search(r"Non-2xx.*|Socket errors.*", output)
    return int(count), int(count) / float(took), wrong[0] if wrong else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(Path(__file__).resolve().parents[2] / ".build/release/tollgate"))
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        endpoint, floor, proxy, control = (free_port() for _ in range(4))
        location = f"default_type application/json; return 200 '{REPLY}';"
        processes = []
        try:
            for name, port, workers, text in (("endpoint", endpoint, 1, location), ("floor", floor, 2, PROXY)):
                path = Path(folder, f"{name}.conf")
                path.write_text(
                    NGINX.format(folder=folder, name=name, port=port, endpoint=endpoint, workers=workers, location=text)
                )
                processes.append(subprocess.Popen(["nginx", "-c", str(path), "-p", folder], stderr=subprocess.DEVNULL))
            arguments = [
                "serve",
                "--listen",
                f"127.0.0.1:{proxy}",
                "--control",
                f"127.0.0.1:{control}",
                "--data",
                f"{folder}/data",
            ]
            log = open(Path(folder, "tollgate.log"), "wb")
            processes.append(
                subprocess.Popen(
                    [options.binary, *arguments, "--upstream", f"openai=http://127.0.0.1:{endpoint}"],
                    stdout=log,
                    stderr=log,
                )
            )
            for port in (endpoint, floor, proxy):
                wait_for(port)
            script = Path(folder, "request.lua")
            script.write_text(
                f'wrk.method="POST"\nwrk.headers["Content-Type"]="application/json"\nwrk.body=[==[{REQUEST}]==]\n'
            )
            systems = {
                "nginx": (processes[1].pid, f"http://127.0.0.1:{floor}{PATH}"),
                "tollgate": (processes[2].pid, f"http://127.0.0.1:{proxy}/openai{PATH}"),
            }
            compare(systems, options, script)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=30)


def compare(systems: dict, options, script: Path):
    rates, costs = {name: [] for name in systems}, {name: [] for name in systems}
    for _ in range(options.rounds):
        for name, (pid, url) in systems.items():
            before = cpu_seconds(pid)
            count, rate, wrong = load(url, options.connections, options.seconds, script)
            rates[name].append(rate)
            costs[name].append((cpu_seconds(pid) - before) / count * 1e6)
            if wrong:
                print(f"{name}: {wrong}")
    for name in systems:
        print(
            f"{name:9} {statistics.median(rates[name]):9.0f} calls/s   {statistics.median(costs[name]):7.1f} us of CPU a call"
        )
    ratio = {
        kind: statistics.median(values["tollgate"]) / statistics.median(values["nginx"])
        for kind, values in (("calls/s", rates), ("CPU", costs))
    }
    print(f"tollgate to nginx: {ratio['calls/s']:.2f} of its calls a second, {ratio['CPU']:.2f} times its CPU a call")


if __name__ == "__main__":
    main()
