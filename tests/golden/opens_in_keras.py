"""Every registered loss, metric, optimizer and schedule in a file that Rondo wrote: Keras opens it and evaluates to the same numbers.

    KERAS_BACKEND=numpy python opens_in_keras.py build/rondo losses metrics
    KERAS_BACKEND=jax   python opens_in_keras.py build/rondo optimizers

`rondo fit` compiles small models with each of them and writes the file; `rondo evaluate` says its numbers. Keras loads the file with its
compile settings, evaluates on the same arrays, and has to agree to 1e-5 relative. With optimizers and schedules it also
trains on for an epoch, as `rondo fit` does from the same file, which shows the optimizer's state. What Keras lacks (pinball and its
kin) must open and predict. What this version of Keras does not have yet is listed. Exits with 1 if one does not agree.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

TOLERANCE = 1e-5
SAMPLES, BATCH = 14, 5
# What must be given: Keras has no defaults for these.
NEEDED = {
    "sensitivity_at_specificity": "specificity=0.4", "specificity_at_sensitivity": "sensitivity=0.4",
    "precision_at_recall": "recall=0.4", "recall_at_precision": "precision=0.4",
    "io_u": "num_classes=3,target_class_ids=[0,2]", "mean_io_u": "num_classes=3", "one_hot_io_u": "num_classes=3,target_class_ids=[0,1]",
    "one_hot_mean_io_u": "num_classes=3",
}
# Options off their defaults, beside the names alone.
MORE_METRICS = [
    "precision:thresholds=[0.3,0.5],name=a", "recall:thresholds=0.3,name=b", "precision:top_k=2,name=c", "recall:class_id=1,name=d",
    "auc:curve=PR,name=e", "auc:summation_method=majoring,num_thresholds=20,name=f", "auc:multi_label=true,name=g",
    "f1_score:average=macro,name=h", "f_beta_score:average=weighted,beta=2.0,threshold=0.4,name=i", "binary_accuracy:threshold=0.3,name=j",
    "top_k_categorical_accuracy:k=2,name=k", "sparse_top_k_categorical_accuracy:k=2,name=l",
    "r2_score:class_aggregation=variance_weighted_average,name=m", "r2_score:num_regressors=2,name=n", "binary_crossentropy:label_smoothing=0.1,name=o",
    "categorical_crossentropy:label_smoothing=0.1,from_logits=true,name=p", "sparse_categorical_crossentropy:ignore_class=1,name=q",
    "binary_io_u:target_class_ids=[1],threshold=0.4,name=r", "pearson_correlation:axis=0,name=s", "true_positives:thresholds=[0.2,0.6],name=t",
    "mean_io_u:num_classes=3,ignore_class=1,sparse_y_pred=false,name=u",
    "mean_io_u:num_classes=3,sparse_y_true=false,sparse_y_pred=false,name=v", "cosine_similarity:axis=1,name=w",
]
MORE_LOSSES = [
    "huber:delta=0.3", "mse:reduction=sum", "binary_crossentropy:label_smoothing=0.1,from_logits=true", "categorical_crossentropy:label_smoothing=0.1",
    "sparse_categorical_crossentropy:ignore_class=1", "binary_focal_crossentropy:apply_class_balancing=true,alpha=0.3,gamma=1.5",
    "categorical_focal_crossentropy:alpha=0.3,gamma=1.5", "tversky:alpha=0.3,beta=0.6", "cosine_similarity:axis=-1",
    "mae:reduction=mean_with_sample_weight", "circle:gamma=10.0,margin=0.3", "categorical_generalized_cross_entropy:q=0.3", "dice:axis=[1]",
]
MORE_OPTIMIZERS = [
    "adam:amsgrad=true,clipnorm=0.5", "sgd:momentum=0.5,nesterov=true,weight_decay=0.01", "rmsprop:momentum=0.3,centered=true",
    "adam:use_ema=true,ema_momentum=0.5", "adam:gradient_accumulation_steps=2,global_clipnorm=0.3", "sgd:clipvalue=0.01",
    "adam:loss_scale_factor=8.0", "adamw:weight_decay=0.1", "ftrl:l1_regularization_strength=0.01,beta=0.1",
    "adafactor:relative_step=false", "nadam:beta_1=0.8", "adagrad:initial_accumulator_value=0.3", "adadelta:rho=0.9", "lion:beta_2=0.9",
    "adam:ema_overwrite_frequency=2,use_ema=true",
    "loss_scale_optimizer:inner_optimizer=adam,initial_scale=1024.0,dynamic_growth_steps=2",
    "loss_scale_optimizer:inner_optimizer=rmsprop,learning_rate=0.01,momentum=0.3,use_ema=true,ema_momentum=0.5",
]
SCHEDULES = [
    "cosine_decay:initial_learning_rate=0.02,decay_steps=5", "cosine_decay:initial_learning_rate=0.02,decay_steps=9,alpha=0.1,warmup_target=0.05,warmup_steps=4",
    "cosine_decay_restarts:initial_learning_rate=0.02,first_decay_steps=2,t_mul=1.5,m_mul=0.9,alpha=0.01",
    "exponential_decay:initial_learning_rate=0.02,decay_steps=3,decay_rate=0.7,staircase=true",
    "inverse_time_decay:initial_learning_rate=0.02,decay_steps=3,decay_rate=0.7",
    "piecewise_constant_decay:boundaries=[2,4],values=[0.03,0.02,0.01]",
    "polynomial_decay:initial_learning_rate=0.02,decay_steps=4,end_learning_rate=0.001,power=2.0,cycle=true",
]


# Rondo follows 3.15.1. Before it these differ: an IoU of what is no class (it truncates and drops such numbers since), more best classes
# than there are (an error then), an ignored class in the mean of a loss; the order of Nadam's variables (its file opens without them only), accumulation with clipping in 3.3.
OLDER = int(keras.__version__.split(".")[1]) < 15
OLDER_DIFFER = [r"io_u.* of (numbers|one_number|class_out)$", r"top_k\w+ of", r"loss sparse_categorical_crossentropy:ignore_class", r"(optimizer|with|after) nadam",
                r"(with|after) adam:gradient_accumulation"]
NO_SUCH_OPTION = ("could not be deserialized", "for argument `reduction`")


class Refused(Exception):
    pass


class Checks:
    def __init__(self, rondo, folder):
        self.rondo, self.folder = os.path.abspath(rondo), folder
        self.good, self.bad, self.absent = 0, [], []
        rng = np.random.default_rng(3)
        x = rng.normal(size=(SAMPLES, 4)).astype("float32")
        classes = rng.integers(0, 3, SAMPLES)
        self.kinds = {  # how the last layer ends, its targets, and a loss that suits
            "numbers": (None, 3, rng.normal(size=(SAMPLES, 3)), "mse"),
            "one_number": (None, 1, rng.normal(size=(SAMPLES, 1)), "mse"),
            "one_hot": ("softmax", 3, np.eye(3)[classes], "categorical_crossentropy"),
            "class": ("softmax", 3, classes, "sparse_categorical_crossentropy"),
            "yes_no": ("sigmoid", 1, rng.integers(0, 2, (SAMPLES, 1)), "binary_crossentropy"),
            "labels": ("sigmoid", 3, rng.integers(0, 2, (SAMPLES, 3)), "binary_crossentropy"),
            "class_out": ("relu", 1, classes[:, None], "mse"),
            "pairs": (None, 6, rng.normal(size=(SAMPLES, 3)), "gaussian_nll"),
            "steps": (None, 4, np.tile([[1, 2, 0]], (SAMPLES, 1)), "ctc"),
        }
        self.x = {}
        for name, (activation, units, y, _) in self.kinds.items():
            kernel = rng.normal(size=(4, units)).astype("float32") * 0.7
            self.x[name] = rng.normal(size=(SAMPLES, 7, 4)).astype("float32") if name == "steps" else x
            model = keras.Sequential([keras.layers.Input(self.x[name].shape[1:]), keras.layers.Dense(units, activation=activation)])
            model.set_weights([kernel, rng.normal(size=units).astype("float32") * 0.3])
            model.save(self.path(name + ".keras"))
            np.save(self.path(name + "_x.npy"), self.x[name])
            np.save(self.path(name + "_y.npy"), y.astype("float32"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def call(self, *words):
        done = subprocess.run([self.rondo, *map(str, words), "--json"], capture_output=True, text=True, cwd=self.folder)
        said = json.loads(done.stdout)
        if done.returncode:
            raise Refused(said["error"]["message"])
        return said

    def arrays(self, kind):
        return ("--x", kind + "_x.npy", "--y", kind + "_y.npy")

    def fit(self, kind, out, *words, model=None):
        return self.call("fit", model or kind + ".keras", *self.arrays(kind), "--epochs", 1, "--batch-size", BATCH, "--no-shuffle", "--out", out,
                         *words)

    def names(self, what):
        """All that Rondo knows, as its message about an unknown one says."""
        try:
            words = {"optimizer": "sgd", "loss": "mse"} | {what: "no_such_thing"}
            self.fit("numbers", "n.keras", *(word for key, value in words.items() for word in ("--" + key, value)))
        except Refused as message:
            return re.search(r"Known: (.*)\.$", str(message)).group(1).split(", ")

    def compiled_in(self, file):
        """The class of each thing in the file's compile settings, as Keras looks it up."""
        import zipfile
        with zipfile.ZipFile(self.path(file)) as archive:
            return json.loads(archive.read("config.json")).get("compile_config") or {}

    def lacks(self, thing, module):
        """This version has no such class or function."""
        if isinstance(thing, dict):
            return not hasattr(module, thing["class_name"])
        try:
            return thing not in ("crossentropy", "accuracy", "acc") and module.get(thing) is None
        except ValueError:
            return True

    def compare(self, what, mine, theirs):
        wrong = []
        flat = {}
        for key, value in theirs.items():
            value = np.asarray(value, "float64")
            flat.update({key: float(value.reshape(()))} if value.size == 1 else {f"{key}_{i}": float(v) for i, v in enumerate(value)})
        for key, value in mine.items():
            value = np.nan if value is None else value
            if key not in flat:
                wrong.append(f"{key}: Keras does not report it ({', '.join(flat)})")
            elif not np.isclose(value, flat[key], rtol=TOLERANCE, atol=1e-6, equal_nan=True):
                wrong.append(f"{key}: Rondo {value}, Keras {flat[key]}")
        if wrong and OLDER and any(re.search(one, what) for one in OLDER_DIFFER):
            self.absent.append(f"{what}, as 3.15.1 has it")
        elif wrong:
            self.bad.append(f"{what}: " + "; ".join(wrong))
            print(self.bad[-1], file=sys.stderr, flush=True)
        else:
            self.good += 1

    def evaluated(self, what, kind, file):
        """Keras and Rondo evaluate the same file."""
        try:
            model = keras.models.load_model(self.path(file))
            if keras.backend.backend() != "numpy":
                model.run_eagerly = True  # compiling each takes longer than running it
            theirs = model.evaluate(self.x[kind], np.load(self.path(kind + "_y.npy")), batch_size=BATCH, verbose=0, return_dict=True)
        except Exception as error:
            if OLDER and any(part in str(error) for part in NO_SUCH_OPTION):
                self.absent.append(what.rpartition(" of ")[0])
                return None
            if OLDER and any(re.search(one, what) for one in OLDER_DIFFER):
                self.absent.append(f"{what}, as 3.15.1 has it")
                return None
            self.bad.append(f"{what}: Keras: {type(error).__name__}: " + " ".join(str(error).split())[:300])
            return None
        mine = self.call("evaluate", file, *self.arrays(kind), "--batch-size", BATCH)["logs"]
        self.compare(what, mine, theirs)
        return model

    def losses(self):
        for loss in self.names("loss") + MORE_LOSSES:
            suited = 0
            for kind in self.kinds:
                try:
                    self.fit(kind, "l.keras", "--optimizer", "sgd:learning_rate=0.001", "--loss", loss)
                    self.call("evaluate", "l.keras", *self.arrays(kind), "--batch-size", BATCH)
                except Refused:
                    continue
                suited += 1
                written = self.compiled_in("l.keras").get("loss")
                if written is None:  # Keras has none: the file opens and predicts
                    model = keras.models.load_model(self.path("l.keras"))
                    self.call("predict", "l.keras", "--input", kind + "_x.npy", "--output", "p.npy")
                    self.compare(f"loss {loss} of {kind}", {"p": float(np.abs(np.load(self.path("p.npy"))).sum())},
                                 {"p": np.abs(np.asarray(model.predict(self.x[kind], verbose=0), "float64")).sum()})
                elif self.lacks(written, keras.losses):
                    self.absent.append(f"loss {loss}")
                    break
                else:
                    self.evaluated(f"loss {loss} of {kind}", kind, "l.keras")
            if not suited:
                self.bad.append(f"loss {loss}: no data suit it")

    def metrics(self):
        metrics = [name + (":" + NEEDED[name] if name in NEEDED else "") for name in self.names("metrics")] + MORE_METRICS
        used = set()
        for kind, (_, _, _, loss) in self.kinds.items():
            together = []
            for metric in metrics:
                words = ("--optimizer", "sgd", "--loss", loss, "--metrics", metric)
                try:
                    self.fit(kind, "m.keras", *words)
                    self.call("evaluate", "m.keras", *self.arrays(kind), "--batch-size", BATCH)
                except Refused:
                    continue
                used.add(metric)
                written = self.compiled_in("m.keras").get("metrics")
                if written is None:
                    keras.models.load_model(self.path("m.keras"))
                    self.good += 1
                elif self.lacks(written[0], keras.metrics):
                    self.absent.append(f"metric {metric}")
                else:
                    together.append(metric)
            if not together:
                continue
            # All in one file: Keras takes a second to compile what evaluates it. One at a time, if something is wrong.
            failed = len(self.bad)
            self.fit(kind, "m.keras", "--optimizer", "sgd", "--loss", loss, *(word for metric in together for word in ("--metrics", metric)))
            self.evaluated(f"metrics of {kind}", kind, "m.keras")
            if len(self.bad) == failed:
                self.good += len(together) - 1
                continue
            del self.bad[failed:]
            for metric in together:
                self.fit(kind, "m.keras", "--optimizer", "sgd", "--loss", loss, "--metrics", metric)
                self.evaluated(f"metric {metric} of {kind}", kind, "m.keras")
        self.bad += [f"metric {metric}: no data suit it" for metric in metrics if metric not in used]

    def optimizers(self):
        words = [(("--optimizer", o), o) for o in self.names("optimizer") + MORE_OPTIMIZERS]
        words += [(("--optimizer", "sgd:momentum=0.5", "--schedule", s), s) for s in SCHEDULES]
        for options, what in words:
            self.fit("numbers", "o.keras", "--loss", "mse", *options)
            written = self.compiled_in("o.keras")["optimizer"]
            if not hasattr(keras.optimizers, written["class_name"]):
                self.absent.append(f"optimizer {what}")
                continue
            model = self.evaluated(f"optimizer {what}", "numbers", "o.keras")
            if model is None:
                continue
            y = np.load(self.path("numbers_y.npy"))
            theirs = model.fit(self.x["numbers"], y, batch_size=BATCH, shuffle=False, verbose=0).history
            mine = self.fit("numbers", "o2.keras", model="o.keras")["history"]
            self.compare(f"training on with {what}", {"loss": mine["loss"][-1]}, {"loss": theirs["loss"][-1]})
            self.call("predict", "o2.keras", "--input", "numbers_x.npy", "--output", "p.npy")
            self.compare(f"predicting after {what}", {"p": float(np.abs(np.load(self.path("p.npy"))).sum())},
                         {"p": np.abs(np.asarray(model.predict(self.x["numbers"], verbose=0), "float64")).sum()})


def main(rondo, *parts):
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(rondo, folder)
        for part in parts or ("losses", "metrics", "optimizers"):
            getattr(checks, part)()
    for line in sorted(set(checks.absent)):
        print("not in this Keras:", line)
    for line in checks.bad:
        print("DIFFERS:", line)
    print(f"Keras {keras.__version__}: {checks.good} agree, {len(checks.bad)} differ, {len(set(checks.absent))} are not in this Keras")
    return 1 if checks.bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
