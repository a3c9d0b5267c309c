"""Which BLAS a process has loaded, and what it chose for this machine."""

import ctypes
import os


def loaded_blas():
    """One short description of each BLAS library in this process."""
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split()[-1] for line in maps if ".so" in line}
    except OSError:
        return []
    names = ("openblas", "mkl_rt", "libblas", "blis")
    return [describe(path) for path in sorted(paths) if any(name in os.path.basename(path) for name in names)]


def describe(path):
    library = ctypes.CDLL(path)
    facts = []
    for prefix, suffix in (("", ""), ("", "64_"), ("scipy_", "64_"), ("scipy_", "")):
        try:
            corename = getattr(library, f"{prefix}openblas_get_corename{suffix}")
            threads = getattr(library, f"{prefix}openblas_get_num_threads{suffix}")
        except AttributeError:
            continue
        corename.restype = ctypes.c_char_p
        facts = [f"{corename().decode()} kernels", f"{threads()} threads"]
        break
    return " ".join([os.path.basename(path), f"({', '.join(facts)})" if facts else ""]).strip()
