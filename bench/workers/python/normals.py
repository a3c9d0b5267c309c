import numpy


def set_up(count, dtype):
    """One repetition: `count` standard normals into an array that is there already (PCG64, ziggurat)."""
    generator = numpy.random.default_rng(1)
    out = numpy.empty(count, dtype=dtype)

    def run(repetitions):
        for _ in range(repetitions):
            generator.standard_normal(out=out, dtype=out.dtype)

    return {"name": f"numpy {numpy.__version__}, Generator.standard_normal", "run": run}
