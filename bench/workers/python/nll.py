"""One repetition: −log p(x) of images by importance sampling, in PyTorch as a person writes it."""

import math

import numpy
import torch
from torch.nn import functional

from training_step import dense_model


def set_up(data, sizes, threads, examples, samples):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    bytes_ = numpy.fromfile(data, dtype=numpy.uint8).reshape(-1, sizes["inputSize"])[:examples]
    images = torch.from_numpy((bytes_ > 127).astype(numpy.float32))
    model = dense_model(sizes)

    def log_weights(x, draws):
        features = functional.relu(model.encoder(x))
        mean, log_variance = model.mean(features), model.log_variance(features)
        noise = torch.randn(draws, *mean.shape)
        z = mean + torch.exp(0.5 * log_variance) * noise
        logits = model.decoder(z)
        targets = x.expand_as(logits)
        reconstruction = -functional.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(-1)
        prior = -0.5 * (z.square() + math.log(2 * math.pi)).sum(-1)
        posterior = -0.5 * (noise.square() + log_variance + math.log(2 * math.pi)).sum(-1)
        return reconstruction + prior - posterior

    def run(repetitions):
        with torch.no_grad():
            for _ in range(repetitions):
                for start in range(0, examples, 16):
                    x = images[start : start + 16]
                    chunks = [log_weights(x, min(64, samples - at)) for at in range(0, samples, 64)]
                    torch.logsumexp(torch.cat(chunks), 0)

    plural = "" if threads == 1 else "s"
    return {"name": f"PyTorch {torch.__version__}, {threads} thread{plural}", "units": 1, "run": run}
