"""One repetition: the symmetric roots, or by other routes the factors or eigenpairs, of `count` n × n matrices, float64."""

import numpy


def set_up(data, n, count, route, threads):
    matrices = numpy.fromfile(data, dtype=numpy.float64)[: count * n * n].reshape(count, n, n)
    name, compute = ROUTES[route](matrices)
    plural = "" if threads == 1 else "s"

    def run(repetitions):
        for _ in range(repetitions):
            compute()

    return {"name": f"{name}, {threads} thread{plural}", "units": count, "run": run}


def eigh(matrices):
    def roots():
        values, vectors = numpy.linalg.eigh(matrices)
        return (vectors * numpy.sqrt(values)[:, None, :]) @ vectors.transpose(0, 2, 1)

    return f"numpy {numpy.__version__}, roots by batched eigh", roots


def sqrtm(matrices):
    import scipy
    from scipy.linalg import sqrtm

    return f"scipy {scipy.__version__}, loop of sqrtm", lambda: [sqrtm(matrix) for matrix in matrices]


def cholesky(matrices):
    return f"numpy {numpy.__version__}, batched cholesky", lambda: numpy.linalg.cholesky(matrices)


def eigenpairs(matrices):
    return f"numpy {numpy.__version__}, batched eigh", lambda: numpy.linalg.eigh(matrices)


ROUTES = {"eigh": eigh, "sqrtm": sqrtm, "cholesky": cholesky, "eigenpairs": eigenpairs}
