import pandas


def set_up(path, rows, encode):
    """One repetition: a CSV file from disk to a data frame."""

    def run(repetitions):
        for _ in range(repetitions):
            pandas.read_csv(path)

    return {"name": f"pandas {pandas.__version__}, read_csv", "run": run}
