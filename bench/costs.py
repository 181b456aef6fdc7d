"""What watching costs: Encrypt at 64 in flight on servers that differ in one thing, interleaved, over one as it ships.

A part of bench/run. A ratio above 1 is what the thing left out costs; one below 1 what the thing put in does.
"""
import os
import statistics
import subprocess
import tempfile

IN_FLIGHT = (4, 16)
# A server that was compiled moments ago is slower than one that has run: that would be taken for a cost.
WARM_SECONDS = 4
LEAST_ROUNDS = 4
# Tree, index and metrics are always on but for this measurement.
VARIANTS = {
    "without the tree": {"KEYWARD_BENCH_WITHOUT": "tree"},
    "without the index": {"KEYWARD_BENCH_WITHOUT": "index"},
    "without metrics": {"KEYWARD_BENCH_WITHOUT": "metrics"},
    "with traces of 1 %": {"KEYWARD_TRACES_ENDPOINT": "http://127.0.0.1:9"},
}


SINK = "with a file as sink"


def measure(make_server, key, path, body, headers_of, seconds, rounds):
    """Prints the table and gives the ratios for the JSON line."""
    sink = tempfile.TemporaryDirectory()
    variants = VARIANTS | {SINK: {"KEYWARD_AUDIT_SINKS": f"file=file://{sink.name}/records.jsonl"}}
    servers = {"as it ships": make_server({})}
    try:
        for name, environment in variants.items():
            servers[name] = make_server(environment)
        headers = {}
        for name, server in servers.items():
            server.run("keyring", "create", "bench", "--location", "us-east-1")
            server.run("key", "create", key, "--keyring", "bench", "--location", "us-east-1")
            headers[name] = headers_of(server.run("token").decode().strip())
            rate(server, path, body, headers[name], WARM_SECONDS)
        found = {name: [] for name in servers}
        for turn in range(max(rounds, LEAST_ROUNDS)):
            # To and fro, so that none is always measured first.
            for name, server in list(servers.items())[::-1 if turn % 2 else 1]:
                found[name].append(rate(server, path, body, headers[name], seconds))
    finally:
        for server in servers.values():
            server.stop()
        sink.cleanup()
    ratios = {name: statistics.median(a / b for a, b in zip(found[name], found["as it ships"])) for name in variants}
    print(f"\n{'Encrypt, 64 in flight':30} {'calls/s':>9} {'over as it ships':>17}")
    for name, rates in found.items():
        print(f"{name:30} {statistics.median(rates):9.0f} {ratios.get(name, 1):17.2f}")
    return {"costs_over_shipped": {name: round(ratio, 3) for name, ratio in ratios.items()}}


def rate(server, path, body, headers, seconds):
    connections, streams = IN_FLIGHT
    with tempfile.TemporaryDirectory() as folder:
        data, log = os.path.join(folder, "body"), os.path.join(folder, "log")
        with open(data, "wb") as file:
            file.write(body)
        subprocess.run(
            ["h2load", "-D", str(seconds), "--warm-up-time", "1", "-t", "1", "-c", str(connections), "-m", str(streams),
             *(part for header in headers for part in ("-H", header)), "-d", data, "--log-file", log,
             f"{server.address}/{path}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return sum(1 for line in open(log) if line.strip()) / seconds
