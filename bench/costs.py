"""What watching costs: Encrypt at 64 in flight on servers that differ in what they leave out or have besides, interleaved.

A part of bench/run. Two servers run as they ship: what they differ by is chance, and no figure says more than that. Two
ratios are printed of each cost: of calls a second, in which the load generator's part counts too, and of the server's
time on the processors a call, which is steadier.
"""
import os
import statistics
import subprocess
import tempfile

IN_FLIGHT = (4, 16)
# A server that was compiled moments ago is slower than one that has run: that would be taken for a cost.
WARM_SECONDS = 6
LEAST_ROUNDS = 8
TICKS = os.sysconf("SC_CLK_TCK")
WITHOUT, TRACES, SINKS = "KEYWARD_BENCH_WITHOUT", "KEYWARD_TRACES_ENDPOINT", "KEYWARD_AUDIT_SINKS"
SHIPPED, CONTROL = "as it ships", "as it ships, once more"
# Each cost: the server that has it, the one that lacks it.
COSTS = {
    "chance": (CONTROL, SHIPPED),
    "the tree": (SHIPPED, "without tree"),
    "receipts": (SHIPPED, "without receipts"),
    "delivery to a file": ("with a sink", SHIPPED),
    "tree, receipts and delivery": ("with a sink", "without tree and receipts"),
    "the index": (SHIPPED, "without index"),
    "metrics": (SHIPPED, "without metrics"),
    "traces of 1 %": ("with traces", SHIPPED),
    "metrics and traces": ("with traces", "without metrics"),
}


def settings(sink):
    """What each server is told, by its name in the table above."""
    return {
        SHIPPED: {}, CONTROL: {},
        "without tree": {WITHOUT: "tree"},
        "without receipts": {WITHOUT: "receipts"},
        "without tree and receipts": {WITHOUT: "tree,receipts"},
        "without index": {WITHOUT: "index"},
        "without metrics": {WITHOUT: "metrics"},
        "with a sink": {SINKS: f"file=file://{sink}/records.jsonl"},
        "with traces": {TRACES: "http://127.0.0.1:9"},
    }


def measure(make_server, key, path, body, headers_of, seconds, rounds):
    """Prints the table and gives the ratios for the JSON line."""
    sink = tempfile.TemporaryDirectory()
    servers, headers, found = {}, {}, {}
    try:
        for name, environment in settings(sink.name).items():
            server = servers[name] = make_server(environment)
            server.run("keyring", "create", "bench", "--location", "us-east-1")
            server.run("key", "create", key, "--keyring", "bench", "--location", "us-east-1")
            headers[name] = headers_of(server.run("token").decode().strip())
            load(server, path, body, headers[name], WARM_SECONDS)
            found[name] = []
        for turn in range(max(rounds, LEAST_ROUNDS)):
            # To and fro, so that none is always measured first.
            for name, server in list(servers.items())[::-1 if turn % 2 else 1]:
                found[name].append(load(server, path, body, headers[name], seconds))
    finally:
        for server in servers.values():
            server.stop()
        sink.cleanup()
    print(f"\n{'Encrypt, 64 in flight':30} {'calls/s':>9} {'µs a call':>10}")
    for name, pairs in found.items():
        rate, time = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
        print(f"{name:30} {rate:9.0f} {time * 1e6:10.1f}")
    print(f"\n{'cost of':30} {'calls/s':>9} {'µs a call':>10}")
    costs = {}
    for name, (having, lacking) in COSTS.items():
        fewer = statistics.median(b[0] / a[0] for a, b in zip(found[having], found[lacking])) - 1
        longer = statistics.median(a[1] / b[1] for a, b in zip(found[having], found[lacking])) - 1
        costs[name] = [round(fewer, 3), round(longer, 3)]
        print(f"{name:30} {fewer:9.1%} {longer:10.1%}")
    return {"costs": costs}


def load(server, path, body, headers, seconds):
    """Calls a second, and seconds of the server's processor time for each."""
    connections, streams = IN_FLIGHT
    with tempfile.TemporaryDirectory() as folder:
        data, log = os.path.join(folder, "body"), os.path.join(folder, "log")
        with open(data, "wb") as file:
            file.write(body)
        before = processor_seconds(server.process.pid)
        subprocess.run(
            ["h2load", "-D", str(seconds), "--warm-up-time", "1", "-t", "1", "-c", str(connections), "-m", str(streams),
             *(part for header in headers for part in ("-H", header)), "-d", data, "--log-file", log,
             f"{server.address}/{path}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        spent = processor_seconds(server.process.pid) - before
        rate = sum(1 for line in open(log) if line.strip()) / seconds
        # The log leaves out the second of warm-up, in which the server works as well.
        return rate, spent / (rate * (seconds + 1))


def processor_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
