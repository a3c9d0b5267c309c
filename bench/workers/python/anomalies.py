"""Data and peers of bench/anomalies.mjs: scikit-learn's data sets as .npz, and what its detectors score on any .npz.

    python3 anomalies.py export FOLDER SEEDS     writes tasks: train, test, labels (1 for an anomaly)
    python3 anomalies.py detect FOLDER           prints {task: {detector: AUROC}} for every task in the folder
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
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


def write(folder, task, x, train, normal, strange):
    test = np.concatenate([normal, strange])
    labels = np.concatenate([np.zeros(len(normal)), np.ones(len(strange))])
    arrays = {"train": x[train], "test": x[test], "labels": labels}
    np.savez(folder / f"{task}.npz", **{key: value.astype(np.float32) for key, value in arrays.items()})


def detect(folder):
    results, fitted = {}, (None, None)
    # By seed, so that tasks with the same training rows follow each other and are fitted once.
    for path in sorted(folder.glob("*.npz"), key=lambda path: (int(path.stem.split(";")[-1]), path.name)):
        arrays = np.load(path)
        train, test = (arrays[key].reshape(len(arrays[key]), -1).astype(float) for key in ("train", "test"))
        if ";table;" in path.name:
            mean, scale = train.mean(0), train.std(0) + 1e-12
            train, test = (train - mean) / scale, (test - mean) / scale
        seed = int(path.stem.split(";")[-1])
        if fitted[0] != train.tobytes():
            fitted = (train.tobytes(), detectors(train, seed))
        results[path.stem] = {name: roc_auc_score(arrays["labels"], score(test)) for name, score in fitted[1].items()}
    print(json.dumps(results))


def detectors(train, seed):
    """Functions from rows to scores, higher for anomalies."""
    forest = IsolationForest(random_state=seed).fit(train)
    error, density = PCA(0.95).fit(train), PCA(0.9).fit(train)
    machine = OneClassSVM(nu=0.1).fit(train)
    return {
        "IsolationForest": lambda test: -forest.score_samples(test),
        "PCA error": lambda test: ((test - error.inverse_transform(error.transform(test))) ** 2).sum(1),
        "PCA NLL": lambda test: -density.score_samples(test),
        "OneClassSVM": lambda test: -machine.score_samples(test),
    }


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    if sys.argv[1] == "export":
        export(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        detect(Path(sys.argv[2]))
