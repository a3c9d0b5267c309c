"""Prints which Python libraries there are, and which BLAS they compute with."""

import importlib
import platform

from blas import loaded_blas

print(f"Python {platform.python_version()}")
for name in ("numpy", "scipy", "torch"):
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError:
        print(f"{name}: not installed; its benchmarks are skipped")
        continue
    line = f"{name} {module.__version__}"
    if name == "torch":
        configuration = module.__config__.show().replace("\n", ",").split(",")
        wanted = ("BLAS_INFO", "CPU capability", "Intel(R) MKL-DNN", "oneDNN")
        facts = [part.strip(" -") for part in configuration if any(word in part for word in wanted)]
        line += f": {'; '.join(facts)}; {module.get_num_threads()} threads by default"
    print(line)
print(f"BLAS in use: {'; '.join(loaded_blas()) or 'unknown'}")
