"""Serves one contestant over standard input and output: the protocol of serve.mjs."""

import importlib
import json
import os
import resource
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "python"))
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # What libraries print goes to standard error.


def answer(message):
    print(json.dumps(message), file=answers, flush=True)


def serve():
    request = json.loads(sys.stdin.readline())
    try:
        contestant = importlib.import_module(request["module"]).set_up(**request["options"])
    except ModuleNotFoundError as error:
        answer({"skipped": f"{error.name} is not installed"})
        return
    answer({key: contestant[key] for key in ("name", "units", "notes") if key in contestant})
    for line in sys.stdin:
        repetitions = json.loads(line)["repetitions"]
        cpu, started = time.process_time(), time.perf_counter()
        contestant["run"](repetitions)
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
        peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        loss = contestant["loss"]() if "loss" in contestant else None
        answer({"seconds": seconds, "cpuSeconds": cpu_seconds, "loss": loss, "memory": peak})


try:
    serve()
except Exception:  # The parent reports it.
    answer({"error": traceback.format_exc()})
