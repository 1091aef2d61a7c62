#!/usr/bin/env python3
"""Deploys the two versions of the sample in turn and says how long each phase took, from the command to the answer.

The phases come from three clocks of one machine: this program's, the log's (occurred_at of events) and the agent's boot marks.
"""

import argparse
import datetime
import json
import os
import re
import subprocess
import time

TARGET = ["--org", "dev", "--project", "sample", "--app", "hello", "--env", "prod"]
PHASES = [
    ("decide", "command to deploy.created: manifest, image lookup, plan, release, one batch"),
    ("allocate", "deploy.created to instance.allocated: one scheduler pass"),
    ("plan", "instance.allocated until the agent's actor begins"),
    ("image", "image and root file system (cached after the first two)"),
    ("vmm", "tap, devices, QEMU starts"),
    ("kernel", "QEMU starts until init says hello"),
    ("config", "configuration, secrets, network, workload started"),
    ("health", "workload started until healthy"),
    ("told", "ready on the node until its event is in the log"),
    ("total", "command to ready"),
    ("cold_boot", "VM process begins until the workload has started"),
    ("finish", "ready until the old instance is gone and the command returns"),
]


def vt(arguments, options):
    return subprocess.run([options.vt, *arguments], check=True, capture_output=True, text=True, cwd=os.path.dirname(options.manifest)).stdout


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def events_of(deploy, after, options):
    found = {}
    out = vt(["events", "query", *TARGET, "--after", str(after), "--limit", "1000", "--json"], options)
    for event in json.loads(out)["items"]:
        kind, payload = event["event_type"], event["payload"]
        if kind == "deploy.created" and event["aggregate_id"] == deploy:
            found["created"] = seconds(event["occurred_at"])
        elif kind == "instance.allocated" and payload.get("deploy_id", deploy) == deploy:
            found["allocated"] = seconds(event["occurred_at"])
            found["instance"] = event["aggregate_id"]
        elif kind == "instance.status_changed" and payload["status"] == "ready" and event["aggregate_id"] == found.get("instance"):
            found["ready"] = seconds(event["occurred_at"])
    return found


def boot_of(instance, options):
    """Marks in seconds, and when they began."""
    marks = began = ready = None
    with open(options.agent_log, encoding="utf-8") as lines:
        for line in lines:
            if f"instance={instance} " not in line:
                continue
            if "instance started" in line:
                text = re.search(r"marks=\{([^}]*)\}", line).group(1)
                marks = {name: int(at) / 1000 for name, at in (pair.split("=") for pair in text.split(", "))}
                began = seconds(line.split()[0]) - marks["started"]
            elif "instance ready" in line:
                ready = seconds(line.split()[0])
    return marks, began, ready


def one_deploy(version, options):
    before = json.loads(vt(["events", "query", *TARGET, "--limit", "1000", "--json"], options))["items"]
    after = before[-1]["event_id"] if before else 0
    start = time.time()
    out = vt(["deploy", *TARGET, "--image", f"{options.image}:{version}", "--yes", "--wait", "--wait-timeout", "5m", "--json"], options)
    end = time.time()
    deploy = json.loads(out)["receipt"]["ids"]["deploy"]
    found = events_of(deploy, after, options)
    marks, began, ready = boot_of(found["instance"], options)
    return {
        "decide": found["created"] - start,
        "allocate": found["allocated"] - found["created"],
        "plan": began - found["allocated"],
        "image": marks["rootfs"],
        "vmm": marks["vmm"] - marks["rootfs"],
        "kernel": marks["hello"] - marks["vmm"],
        "config": marks["started"] - marks["hello"],
        "health": ready - began - marks["started"],
        "told": found["ready"] - ready,
        "total": found["ready"] - start,
        "cold_boot": marks["started"] - marks["vmm"],
        "finish": end - found["ready"],
    }


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def main():
    parser = argparse.ArgumentParser()
    for name in ("vt", "manifest", "image", "agent-log"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--deploys", type=int, default=20)
    options = parser.parse_args()
    options.manifest = os.path.abspath(options.manifest)
    runs = []
    for number in range(options.deploys + 2):
        run = one_deploy(2 - number % 2, options)
        if number >= 2:  # The first of each version pulls its image.
            runs.append(run)
    load = open("/proc/loadavg", encoding="ascii").read().split()[:3]
    print(f"{len(runs)} deploys of one instance, one after the other; {os.cpu_count()} cores, load {' '.join(load)}")
    print(f"{'phase':<10} {'p50 ms':>8} {'p95 ms':>8}")
    for name, meaning in PHASES:
        values = [run[name] for run in runs]
        print(f"{name:<10} {percentile(values, 0.5) * 1000:8.0f} {percentile(values, 0.95) * 1000:8.0f}  {meaning}")


if __name__ == "__main__":
    main()
