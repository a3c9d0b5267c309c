"""Trains and measures VAEs in PyTorch as a person writes them: one JSON object of settings on standard input, one line of JSON a seed."""

import json
import math
import sys
import time

import numpy
import torch
from torch.nn import functional

from training_step import dense_model

settings = json.load(sys.stdin)
torch.set_num_threads(settings["threads"])
latent, batch_size = settings["sizes"]["latent"], settings["sizes"]["batchSize"]
log_two_pi = math.log(2 * math.pi)


def images(path):
    bytes_ = numpy.fromfile(path, dtype=numpy.uint8).reshape(-1, settings["sizes"]["inputSize"])
    return torch.from_numpy((bytes_ > 127).astype(numpy.float32))


def encode(model, x):
    features = functional.relu(model.encoder(x))
    return model.mean(features), model.log_variance(features)


def reconstruction(model, z, x):
    logits = model.decoder(z)
    return -functional.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum(-1)


def log_normal(z, mean, log_variance):
    """A term for each dimension."""
    return -0.5 * ((z - mean).square() / log_variance.exp() + log_variance + log_two_pi)


def kl(mean, log_variance):
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1)


def elbo_loss(model, x, size):
    mean, log_variance = encode(model, x)
    z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
    return (kl(mean, log_variance) - reconstruction(model, z, x)).mean()


def beta_tc_loss(model, x, size):
    """Chen et al. 2018: minibatch stratified sampling, weight 6 on the total correlation."""
    mean, log_variance = encode(model, x)
    z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
    own = log_normal(z, mean, log_variance).sum(-1)
    pairs = log_normal(z[:, None], mean[None], log_variance[None])
    rows = len(x)
    weights = torch.full((rows, rows), math.log((1 - 1 / size) / (rows - 1)))
    weights.fill_diagonal_(-math.log(size))
    joint = torch.logsumexp(pairs.sum(-1) + weights, 1)
    product = torch.logsumexp(pairs + weights[..., None], 1).sum(-1)
    prior = -0.5 * (z.square() + log_two_pi).sum(-1)
    penalty = (own - joint) + 6 * (joint - product) + (product - prior)
    return (penalty - reconstruction(model, z, x)).mean()


def log_weights(model, x, draws):
    mean, log_variance = encode(model, x)
    noise = torch.randn(draws, *mean.shape)
    z = mean + torch.exp(0.5 * log_variance) * noise
    prior = -0.5 * (z.square() + log_two_pi).sum(-1)
    posterior = -0.5 * (noise.square() + log_variance + log_two_pi).sum(-1)
    return reconstruction(model, z, x) + prior - posterior


def iwae_loss(model, x, size):
    return -(torch.logsumexp(log_weights(model, x, 5), 0) - math.log(5)).mean()


losses = {"vae": elbo_loss, "beta-tc-vae": beta_tc_loss, "iwae": iwae_loss}


def train(seed, examples):
    """The model, and the seconds of all its steps."""
    torch.manual_seed(seed)
    model = dense_model(settings["sizes"])
    optimizer = torch.optim.Adam(model.parameters(), lr=settings["sizes"]["learningRate"], foreach=True)
    loss_of = losses[settings["preset"]]
    started = time.perf_counter()
    for _ in range(settings["epochs"]):
        order = torch.randperm(len(examples))
        # The last, short batch is left out, as ours is.
        for start in range(0, len(examples) - batch_size + 1, batch_size):
            x = examples[order[start : start + batch_size]]
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(model, x, len(examples))
            loss.backward()
            optimizer.step()
            loss.item()
    return model, time.perf_counter() - started


@torch.no_grad()
def measure(model, test):
    elbo, nll = [], []
    for start in range(0, len(test), 100):
        x = test[start : start + 100]
        mean, log_variance = encode(model, x)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        elbo.append(reconstruction(model, z, x) - kl(mean, log_variance))
    draws = settings["draws"]
    for start in range(0, settings["nllExamples"], 20):
        x = test[start : min(start + 20, settings["nllExamples"])]
        nll.append(math.log(draws) - torch.logsumexp(log_weights(model, x, draws), 0))
    return -torch.cat(elbo).mean().item(), torch.cat(nll).mean().item()


examples, test = images(settings["train"]), images(settings["test"])
for seed in settings["seeds"]:
    model, seconds = train(seed, examples)
    negative_elbo, nll = measure(model, test)
    print(json.dumps({"seed": seed, "seconds": seconds, "negativeElbo": negative_elbo, "nll": nll}), flush=True)
