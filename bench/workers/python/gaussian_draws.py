"""One repetition: `count` draws from N(mean, L Lᵀ), by one of four routes."""

import numpy


def set_up(count, mean, scaleTril, route, threads=None):
    name, draw = ROUTES[route](count, numpy.array(mean), numpy.array(scaleTril), threads)

    def run(repetitions):
        for _ in range(repetitions):
            draw()

    return {"name": name, "run": run}


def multivariate_normal(method):
    def route(count, mean, scale_tril, threads):
        generator = numpy.random.default_rng(1)
        covariance = scale_tril @ scale_tril.T
        name = f"numpy {numpy.__version__}, multivariate_normal, {method} (float64)"
        return name, lambda: generator.multivariate_normal(mean, covariance, size=count, method=method)

    return route


def by_hand(count, mean, scale_tril, threads):
    generator = numpy.random.default_rng(1)
    mean, factor = mean.astype(numpy.float32), scale_tril.T.astype(numpy.float32)
    name = f"numpy {numpy.__version__}, standard_normal @ Lᵀ by hand (float32)"
    return name, lambda: generator.standard_normal((count, len(mean)), dtype=numpy.float32) @ factor + mean


def torch_route(count, mean, scale_tril, threads):
    import torch
    from torch.distributions import MultivariateNormal

    torch.set_num_threads(threads)
    distribution = MultivariateNormal(torch.tensor(mean).float(), scale_tril=torch.tensor(scale_tril).float())
    plural = "" if threads == 1 else "s"
    name = f"PyTorch {torch.__version__}, MultivariateNormal, {threads} thread{plural}"
    return name, lambda: distribution.sample((count,))


ROUTES = {
    "cholesky": multivariate_normal("cholesky"),
    "svd": multivariate_normal("svd"),
    "by-hand": by_hand,
    "torch": torch_route,
}
