"""Training and evaluation, from data to the report."""

import json
import tarfile
from pathlib import Path

import numpy
import pandas
import pytest

from runtime import evaluate, model, schema, score, statistics, train
from runtime.cli import main
from runtime.errors import InputError
from tests.runtime.tables import customers, write

SCHEMA = schema.Schema(target="churned", keys=("customer_id",), event_time="event_time")


@pytest.fixture(scope="module")
def trained() -> model.Model:
    """A model of the customers."""
    return train.train(customers(), SCHEMA, seed=1, source="test")


def test_from_data_to_a_report(tmp_path: Path) -> None:
    data = write(tmp_path / "data")
    assert main(["train", "--input", str(data), "--model", str(tmp_path / "model")]) == 0
    assert sorted(each.name for each in (tmp_path / "model").iterdir()) == [
        "baseline.json",
        "card.json",
        "model.joblib",
    ]
    card = json.loads((tmp_path / "model" / "card.json").read_text())
    assert card["task"] == "classification"
    assert card["features"] == {"auto_renewal": "number", "monthly_fee": "number", "plan": "string"}
    assert card["classes"] == ["0", "1"]
    assert card["rows_train"] + card["rows_holdout"] == 400
    assert list(model.load(str(tmp_path / "model")).features) == ["monthly_fee", "plan", "auto_renewal"]
    baseline = statistics.load(str(tmp_path / "model"))
    assert (baseline.rows, baseline.target) == (card["rows_train"], "churned")

    report = tmp_path / "report.json"
    flags = ["--model", str(tmp_path / "model"), "--input", str(data), "--report", str(report)]
    assert main(["evaluate", *flags]) == 0
    content = json.loads(report.read_text())
    assert content["passed"] is True
    assert content["rows"] == card["rows_holdout"]
    assert content["metrics"]["balanced_accuracy"] > 0.8
    assert content["metrics"]["skill"] == pytest.approx(2 * content["metrics"]["balanced_accuracy"] - 1)
    assert content["metrics"]["roc_auc"] > 0.8

    assert main(["evaluate", *flags, "--at-least", "accuracy=0.999", "--at-most", "f1_macro=2"]) == 0
    content = json.loads(report.read_text())
    assert content["passed"] is False
    assert [each["metric"] for each in content["checks"] if not each["passed"]] == ["accuracy"]
    assert main(["evaluate", *flags, "--at-least", "beauty=1"]) == 2


def test_a_model_of_noise_does_not_pass(tmp_path: Path) -> None:
    random = numpy.random.default_rng(3)
    frame = pandas.DataFrame({"x": random.uniform(size=600), "churned": random.uniform(size=600)})
    data = write(tmp_path / "data", frame, keys=[], event_time=None)
    assert main(["train", "--input", str(data), "--model", str(tmp_path / "model")]) == 0
    report = tmp_path / "report.json"
    assert main(["evaluate", "--model", str(tmp_path / "model"), "--input", str(data), "--report", str(report)]) == 0
    assert json.loads(report.read_text())["passed"] is False


def test_the_same_data_gives_the_same_model(trained: model.Model) -> None:
    again = train.train(customers(), SCHEMA, seed=1, source="test")
    frame = customers(seed=99)
    numpy.testing.assert_array_equal(trained.probabilities(frame), again.probabilities(frame))


def test_evaluation_sees_no_row_of_training(trained: model.Model) -> None:
    frame = customers()
    held_out = train.holdout(frame, SCHEMA)
    assert 0.1 < held_out.mean() < 0.3
    assert trained.card["rows_train"] == int((~held_out).sum())
    shuffled = frame.sample(frac=1, random_state=1)
    assert set(shuffled[train.holdout(shuffled, SCHEMA)]["customer_id"]) == set(frame[held_out]["customer_id"])


def test_regression_is_found_and_explains() -> None:
    frame = customers().assign(spend=lambda table: table["monthly_fee"].fillna(50) * 2 + 1).drop(columns="churned")
    described = schema.Schema(target="spend", keys=("customer_id",), event_time="event_time")
    made = train.train(frame, described, seed=1, source="test")
    assert (made.card["task"], made.card["classes"]) == ("regression", None)
    measured, rows = evaluate.evaluate(
        made, frame, schema.Schema(target="spend", keys=("customer_id",), task="regression")
    )
    assert rows == made.card["rows_holdout"]
    assert measured["r2"] > 0.9
    assert measured["rmse"] >= measured["mae"] > 0


def test_unknown_and_missing_values_are_predicted(trained: model.Model) -> None:
    strange = pandas.DataFrame(
        {"plan": [None, "enterprise", "pro"], "monthly_fee": ["12.5", None, "many"], "auto_renewal": [True, None, 0]}
    )
    assert set(trained.predict(strange)) <= {"0", "1"}


def test_a_missing_column_is_named(trained: model.Model) -> None:
    with pytest.raises(InputError, match=r"columns that are not there: plan; .* --features"):
        trained.predict(customers().drop(columns="plan"))


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pandas.DataFrame({"a": range(20)}), "no column 'churned' to predict; columns: a"),
        (pandas.DataFrame({"a": range(9), "churned": [0, 1, 0] * 3}), "9 rows with a target; at least 10"),
        (pandas.DataFrame({"churned": [0, 1] * 10}), "no feature left"),
        (pandas.DataFrame({"a": range(20), "churned": [1] * 20}), "a single class"),
    ],
)
def test_what_cannot_be_learned_is_bad_input(frame: pandas.DataFrame, message: str) -> None:
    with pytest.raises(InputError, match=message):
        train.train(frame, SCHEMA, seed=1, source="test")


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ([True, False], "classification"),
        (["yes", "no"], "classification"),
        ([0, 1, None], "classification"),
        (list(range(21)), "regression"),
        ([0.5, 1.5], "regression"),
    ],
)
def test_the_task_follows_from_the_target(values: list[object], task: str) -> None:
    assert schema.Schema().task_of(pandas.Series(values)) == task


@pytest.mark.parametrize(
    ("environment", "chief"),
    [
        ({}, True),
        ({"CLUSTER_SPEC": '{"task": {"type": "workerpool0", "index": 0}}'}, True),
        ({"CLUSTER_SPEC": '{"task": {"type": "workerpool1", "index": 0}}'}, False),
    ],
)
def test_one_node_trains(environment: dict[str, str], chief: bool) -> None:
    assert train.is_chief(environment) is chief


def test_an_archive_is_a_model(tmp_path: Path, trained: model.Model) -> None:
    model.save(trained, str(tmp_path / "model"))
    (tmp_path / "staged").mkdir()
    with tarfile.open(tmp_path / "staged" / "model.tar.gz", "w:gz") as archive:
        for file in (tmp_path / "model").iterdir():
            archive.add(file, file.name)
    for place in ("staged", "staged/model.tar.gz", "model"):
        loaded = model.load(str(tmp_path / place))
        assert loaded.card["seed"] == 1
        assert loaded.baseline == trained.baseline


def test_a_file_that_was_changed_is_not_loaded(tmp_path: Path, trained: model.Model) -> None:
    model.save(trained, str(tmp_path))
    with (tmp_path / "model.joblib").open("ab") as file:
        file.write(b"!")
    with pytest.raises(InputError, match=r"model\.joblib is not the file that its card describes"):
        model.load(str(tmp_path))
    (tmp_path / "card.json").unlink()
    with pytest.raises(InputError, match="not a model of the train step"):
        model.load(str(tmp_path))
    with pytest.raises(InputError, match="cannot be unpacked"):
        model.load(str(tmp_path / "baseline.json"))


def test_scores_carry_the_rows(trained: model.Model) -> None:
    now = pandas.Timestamp("2026-03-01", tz="UTC").to_pydatetime()
    scored = score.score(trained, customers(), now=now)
    assert list(scored.columns) == [
        *["customer_id", "event_time", "monthly_fee", "plan", "auto_renewal"],
        *["prediction", "scored_at"],
    ]
    assert (scored["scored_at"] == now).all()
    agreement = (scored["prediction"] == customers()["churned"].map({True: "1", False: "0"})).mean()
    assert agreement > 0.8
    with pytest.raises(InputError, match="no rows to score"):
        score.score(trained, customers()[:0], now=now)
