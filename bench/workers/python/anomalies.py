"""Data and peers of bench/anomalies.mjs: scikit-learn's data sets as .npz, and what its detectors score on any .npz.

    python3 anomalies.py export FOLDER SEEDS     writes tasks: train, test, labels (1 for an anomaly)
    python3 anomalies.py detect FOLDER           prints {task: {detector: AUROC}} for every task in the folder
    python3 anomalies.py odds FOLDER             the same for every NAME;SEED.csv with its .labels (workers/r/odds.R)
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.svm import OneClassSVM

TRAINING_SHARE = 0.6
CONTAMINATION = 0.1


def sources():
    """name, kind, examples, classes, the classes that are anomalies one after the other"""
    cancer, wine, digits = load_breast_cancer(), load_wine(), load_digits()
    yield "breast cancer", "table", cancer.data, cancer.target, [0]  # Malignant; the reverse is no question.
    yield "wine", "table", wine.data, wine.target, range(3)
    yield "digits", "image", digits.images / 16, digits.target, range(10)


def export(folder, seeds):
    for name, kind, x, y, outliers in sources():
        for outlier in outliers:
            for seed in range(seeds):
                random = np.random.RandomState(seed)
                normal = random.permutation(np.flatnonzero(y != outlier))
                strange = random.permutation(np.flatnonzero(y == outlier))
                count = round(TRAINING_SHARE * len(normal))
                write(folder, f"clean;{kind};{name};{outlier};{seed}", x, normal[:count], normal[count:], strange)
                if kind == "table":
                    share = CONTAMINATION / (1 - CONTAMINATION)
                    hidden = min(round(share * count), len(strange) // 2)
                    train = random.permutation(np.concatenate([normal[:count], strange[:hidden]]))
                    write(folder, f"contaminated;{kind};{name};{outlier};{seed}", x, train, normal[count:], strange[hidden:])


def export_new(folder, seeds):
    """Tasks that no setting was chosen by."""
    iris, digits, diabetes = load_iris(), load_digits(), load_diabetes(scaled=False).data
    for seed in range(seeds):
        random = np.random.RandomState(seed)
        for outlier in range(3):
            normal = random.permutation(np.flatnonzero(iris.target != outlier))
            strange = np.flatnonzero(iris.target == outlier)
            count = round(TRAINING_SHARE * len(normal))
            write(folder, f"new tables;table;iris;{outlier};{seed}", iris.data, normal[:count], normal[count:], strange)
        for digit in range(10):  # Training has one class alone, about a hundred images.
            normal = random.permutation(np.flatnonzero(digits.target == digit))
            strange = random.permutation(np.flatnonzero(digits.target != digit))[:500]
            count = round(TRAINING_SHARE * len(normal))
            task = f"new tables;image;digits, one class;{digit};{seed}"
            write(folder, task, digits.images / 16, normal[:count], normal[count:], strange)
        order = random.permutation(len(diabetes))
        train, normal = diabetes[order[:265]], diabetes[order[265:]]
        mixed = mix(normal, random)
        save(folder, f"new tables;table;diabetes, two patients in a row;0;{seed}", train, normal, mixed)
        train, normal, kinds = machines(random)
        for kind, strange in kinds.items():
            save(folder, f"new tables;table;{kind};0;{seed}", train, normal, strange, MACHINE_LEVELS)


def mix(rows, random):
    """Each row with half of its columns, chosen at random, from another row: every value is usual, their company is not."""
    other = np.roll(rows, 1, axis=0)
    take = np.argsort(random.rand(*rows.shape), axis=1) < rows.shape[1] // 2
    return np.where(take, other, rows)


MACHINE_LEVELS = [0, 0, 0, 0, 0, 0, 0, 3, 4, 2]  # Of the columns' categories; 0 for a number.


def machines(random, training=800, test=300):
    """A table made from known causes, and rows that are wrong in one known way each."""

    def rows(count):
        load, season, kind = random.rand(count), random.randint(4, size=count), random.randint(3, size=count)
        tool = np.where(kind == 0, random.randint(2, size=count), kind + 1)  # Kind 0 has tools 0 and 1, the others one each.
        night = random.rand(count) < 0.3
        noise = random.randn(7, count)
        temperature = 20 + 60 * load + 5 * season + 2 * noise[0]
        pressure = 1 + (1 + kind) * load + 0.1 * noise[1]
        power = 10 + 30 * load * (1 + 0.5 * night) + noise[2]
        speed = 1000 * np.sqrt(load + 0.1) + 20 * noise[3]
        wear = np.exp(noise[4])
        vibration = 0.01 * speed / 10 + 0.2 * np.log(wear) + 0.1 * noise[5]
        humidity = 50 + 10 * noise[6]
        columns = [temperature, pressure, power, speed, wear, vibration, humidity, kind, tool, night]
        return np.stack(columns, axis=1).astype(float)

    train, normal = rows(training), rows(test)
    broken, impossible, far = rows(test), rows(test), rows(test)
    column = random.randint(4, size=test)  # Temperature, pressure, power or speed, all driven by the load.
    broken[np.arange(test), column] = rows(test)[np.arange(test), column]
    impossible[:, 8] = (impossible[:, 8] + 2) % 4  # A tool of another kind of machine: 0 ↔ 2, 1 ↔ 3.
    column = random.randint(7, size=test)
    sign = random.choice([-1, 1], size=test)
    far[np.arange(test), column] = train.mean(0)[column] + 5 * sign * train.std(0)[column]
    kinds = {"machines: broken correlation": broken, "machines: impossible pair": impossible, "machines: far point": far}
    return train, normal, kinds


def write(folder, task, x, train, normal, strange):
    save(folder, task, x[train], x[normal], x[strange])


def save(folder, task, train, normal, strange, levels=()):
    """`levels`: of each column's categories, 0 for a number; empty where all are numbers."""
    labels = np.concatenate([np.zeros(len(normal)), np.ones(len(strange))])
    arrays = {"train": train, "test": np.concatenate([normal, strange]), "labels": labels, "levels": np.array(levels)}
    np.savez(folder / f"{task}.npz", **{key: value.astype(np.float32) for key, value in arrays.items()})


def one_hot(rows, levels):
    columns = [(np.arange(k) == rows[:, [c]]) if k > 0 else rows[:, [c]] for c, k in enumerate(levels.astype(int))]
    return np.concatenate(columns, axis=1).astype(float) if columns else rows


def detect(folder):
    results, fitted = {}, (None, None)
    # By seed, so that tasks with the same training rows follow each other and are fitted once.
    for path in sorted(folder.glob("*.npz"), key=lambda path: (int(path.stem.split(";")[-1]), path.name)):
        arrays = np.load(path)
        train, test = (arrays[key].reshape(len(arrays[key]), -1).astype(float) for key in ("train", "test"))
        if "levels" in arrays:
            train, test = one_hot(train, arrays["levels"]), one_hot(test, arrays["levels"])
        if ";table;" in path.name:
            mean, scale = train.mean(0), train.std(0) + 1e-12
            train, test = (train - mean) / scale, (test - mean) / scale
        seed = int(path.stem.split(";")[-1])
        if fitted[0] != train.tobytes():
            fitted = (train.tobytes(), detectors(train, seed))
        results[path.stem] = {name: roc_auc_score(arrays["labels"], score(test)) for name, score in fitted[1].items()}
    print(json.dumps(results))


def detectors(train, seed, few=None):
    """Functions from rows to scores, higher for anomalies. `few`: those that the one-class SVM learns from."""
    forest = IsolationForest(random_state=seed).fit(train)
    error, density = PCA(0.95).fit(train), PCA(0.9).fit(train)
    machine = OneClassSVM(nu=0.1).fit(train if few is None else few)
    return {
        "IsolationForest": lambda test: -forest.score_samples(test),
        "PCA error": lambda test: ((test - error.inverse_transform(error.transform(test))) ** 2).sum(1),
        "PCA NLL": lambda test: -density.score_samples(test),
        "OneClassSVM": lambda test: -machine.score_samples(test),
    }


# Detectors whose time or memory grows with the square of the rows learn from so many of them, chosen at random.
MOST_ROWS = 10_000


def detect_odds(folder):
    """Rows and anomalies together, without labels: what is learned from is what is scored."""
    import pandas as pd
    from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

    results = {}
    for path in sorted(folder.glob("*.csv")):
        table = pd.read_csv(path)
        labels = np.loadtxt(path.with_suffix(".labels"))
        numbers, texts = table.select_dtypes("number"), table.select_dtypes(exclude="number")
        parts = [numbers.fillna(numbers.median()), *([pd.get_dummies(texts)] if len(texts.columns) else [])]
        rows = np.hstack(parts).astype(float)
        rows = (rows - rows.mean(0)) / (rows.std(0) + 1e-12)
        seed = int(path.stem.split(";")[-1])
        chosen = np.random.RandomState(seed).permutation(len(rows))[:MOST_ROWS]
        same = len(chosen) == len(rows)
        scores = {name: score(rows) for name, score in detectors(rows, seed, rows[chosen]).items()}
        local = LocalOutlierFactor(n_neighbors=20, novelty=not same).fit(rows[chosen])
        scores["LOF"] = -(local.negative_outlier_factor_[np.argsort(chosen)] if same else local.score_samples(rows))
        # The first neighbour of a row is the row itself.
        scores["k-NN"] = NearestNeighbors(n_neighbors=6).fit(rows).kneighbors(rows)[0][:, -1]
        scores["ECOD"] = ecod(rows)
        results[path.stem] = {name: roc_auc_score(labels, score) for name, score in scores.items()}
    print(json.dumps(results))


def ecod(rows):
    """Li et al. 2022: the largest of the summed −log tail probabilities to the left, the right, and where each column is skewed to."""
    from scipy.stats import skew

    def tails(x):
        return -np.log(np.stack([np.searchsorted(np.sort(c), c, side="right") for c in x.T], axis=1) / len(x))

    left, right = tails(rows), tails(-rows)
    by_skew = np.where(skew(rows, axis=0) < 0, left, right)
    return np.maximum(np.maximum(left, right), by_skew).sum(1)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    if sys.argv[1] == "export":
        export(Path(sys.argv[2]), int(sys.argv[3]))
        export_new(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1] == "odds":
        detect_odds(Path(sys.argv[2]))
    else:
        detect(Path(sys.argv[2]))
