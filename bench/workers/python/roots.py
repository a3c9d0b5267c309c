"""One repetition: the symmetric roots of `count` n × n matrices, float64."""

import numpy


def set_up(data, n, count, route, threads):
    matrices = numpy.fromfile(data, dtype=numpy.float64)[: count * n * n].reshape(count, n, n)
    name, roots = ROUTES[route](matrices)
    plural = "" if threads == 1 else "s"

    def run(repetitions):
        for _ in range(repetitions):
            roots()

    return {"name": f"{name}, {threads} thread{plural}", "units": count, "run": run}


def eigh(matrices):
    def roots():
        values, vectors = numpy.linalg.eigh(matrices)
        return (vectors * numpy.sqrt(values)[:, None, :]) @ vectors.transpose(0, 2, 1)

    return f"numpy {numpy.__version__}, batched eigh", roots


def sqrtm(matrices):
    import scipy
    from scipy.linalg import sqrtm

    return f"scipy {scipy.__version__}, loop of sqrtm", lambda: [sqrtm(matrix) for matrix in matrices]


ROUTES = {"eigh": eigh, "sqrtm": sqrtm}
