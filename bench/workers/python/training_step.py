"""The training step in eager PyTorch, as a person writes it."""

import math
import time

import numpy
import torch
from torch import nn
from torch.nn import functional


class Vae(nn.Module):
    def __init__(self, inputSize, hidden, latent):
        super().__init__()
        self.encoder = nn.Linear(inputSize, hidden)
        self.mean = nn.Linear(hidden, latent)
        self.log_variance = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, inputSize))

    def forward(self, x):
        features = functional.relu(self.encoder(x))
        mean, log_variance = self.mean(features), self.log_variance(features)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        return self.decoder(z), mean, log_variance


def dense_model(sizes):
    return Vae(sizes["inputSize"], sizes["hidden"], sizes["latent"])


def negative_elbo(model, x):
    logits, mean, log_variance = model(x)
    cross_entropy = functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_variance - mean.square() - log_variance.exp())
    return (cross_entropy + kl) / len(x)


def set_up(data, sizes, threads, make_model=dense_model):
    """One repetition: one step, with the fastest kind of Adam that this version has."""
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    bytes_ = numpy.fromfile(data, dtype=numpy.uint8).reshape(-1, sizes["inputSize"])
    examples = torch.from_numpy((bytes_ / 255).astype(numpy.float32))
    batch_size = sizes["batchSize"]

    def make_run(**options):
        model = make_model(sizes)
        optimizer = torch.optim.Adam(model.parameters(), lr=sizes["learningRate"], **options)
        order = torch.randperm(len(examples))
        state = {"at": 0, "order": order, "loss": math.nan}

        def run(repetitions):
            for _ in range(repetitions):
                if state["at"] + batch_size > len(examples):
                    state["at"], state["order"] = 0, torch.randperm(len(examples))
                x = examples[state["order"][state["at"] : state["at"] + batch_size]]
                state["at"] += batch_size
                optimizer.zero_grad(set_to_none=True)
                loss = negative_elbo(model, x)
                loss.backward()
                optimizer.step()
                state["loss"] = loss.item()

        return run, lambda: state["loss"]

    kind, (run, loss), notes = fastest(make_run)
    plural = "" if threads == 1 else "s"
    name = f"PyTorch {torch.__version__}, {threads} thread{plural}, {kind} Adam"
    return {"name": name, "run": run, "loss": loss, "notes": notes}


def fastest(make_run):
    """Tries the kinds of Adam that this version has on CPU."""
    candidates = {}
    for kind, options in (("plain", {}), ("foreach", {"foreach": True}), ("fused", {"fused": True})):
        try:
            made = make_run(**options)
            made[0](3)
        except (TypeError, RuntimeError, AssertionError):
            continue
        times = []
        for _ in range(3):
            started = time.perf_counter()
            made[0](10)
            times.append((time.perf_counter() - started) / 10)
        candidates[kind] = (min(times), made)
    kind = min(candidates, key=lambda name: candidates[name][0])
    notes = ", ".join(f"{name} {seconds * 1000:.2f} ms" for name, (seconds, _) in candidates.items())
    return kind, candidates[kind][1], f"kinds of Adam tried: {notes}"
