"""The benchmark runs, at a size that says nothing; no time is asserted."""

import re
import sys
from pathlib import Path

import pytest

from benchmarks import estate, report
from benchmarks.__main__ import main
from benchmarks.checking import Judged
from benchmarks.engines import OPERATIONS, Sample, compare
from benchmarks.measure import CommandFailed, run


@pytest.mark.timeout(240)
def test_the_engine_is_timed(capsys: pytest.CaptureFixture[str]) -> None:
    samples = compare([20], 1, cli_up_to=0)
    assert [(one.engine, one.size, one.operation) for one in samples] == [("embedded", 20, op) for op in OPERATIONS]
    assert all(one.seconds > 0 and one.mebibytes > 10 for one in samples)
    assert "embedded 20 no-op up" in capsys.readouterr().err


def test_a_command_is_measured_and_its_failure_told(tmp_path: Path) -> None:
    done = run(
        [sys.executable, "-c", "x = bytearray(64 << 20); import time; time.sleep(0.4)"], cwd=tmp_path, seconds=60
    )
    assert done.mebibytes > 60
    with pytest.raises(CommandFailed, match="exit code 3\nwhy"):
        run([sys.executable, "-c", "print('why'); raise SystemExit(3)"], cwd=tmp_path, seconds=60)
    with pytest.raises(CommandFailed, match=r"took longer than 0\.2 s"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], cwd=tmp_path, seconds=0.2)


def test_copies_of_a_stack_have_names_of_their_own() -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
    one = {
        "urn": "urn:pulumi:aws-prod::tripod::aws:s3/bucket:Bucket::raw",
        "type": "aws:s3/bucket:Bucket",
        "id": "churn-prod-raw-1a2b3c4",
        "parent": "urn:pulumi:aws-prod::tripod::pulumi:pulumi:Stack::tripod-aws-prod",
        "inputs": {"bucket": "churn-prod-raw-1a2b3c4", "kmsKeyId": key},
    }
    made = estate.state({"deployment": {"resources": [one]}}, 3)["deployment"]["resources"]
    assert [item["urn"] for item in made] == [
        f"urn:pulumi:aws-prod-{n}::tripod::aws:s3/bucket:Bucket::raw" for n in range(3)
    ]
    assert [item["id"].rpartition("-")[0] for item in made] == [f"churn{n}-prod-raw" for n in range(3)]
    assert len({item["inputs"]["kmsKeyId"] for item in made}) == 3
    assert all(item["inputs"]["bucket"] == item["id"] and "parent" not in item for item in made)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made[2]["inputs"]["kmsKeyId"].rpartition("/")[2])


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("aws:s3/bucket:Bucket", "aws_s3_bucket"),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "aws_vpc_endpoint"),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws_vpc_security_group_ingress_rule"),
        ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "aws_iam_openid_connect_provider"),
        ("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "aws_sagemaker_endpoint_configuration"),
        ("aws:cloudtrail/trail:Trail", "aws_cloudtrail"),
    ],
)
def test_types_are_those_of_terraform(token: str, name: str) -> None:
    assert estate.terraform_type(token) == name


def test_objects_are_blocks_and_tags_are_not() -> None:
    resource = {
        "type": "aws:s3/bucketVersioning:BucketVersioning",
        "inputs": {"bucket": "b", "versioningConfiguration": {"mfaDelete": "x"}, "tags": {"aB": "c"}, "__defaults": []},
    }
    plan = estate.terraform_plan([resource])
    [planned] = plan["planned_values"]["root_module"]["resources"]
    assert planned["address"] == "aws_s3_bucket_versioning.r0"
    assert planned["values"] == {"bucket": "b", "versioning_configuration": [{"mfa_delete": "x"}], "tags": {"aB": "c"}}


def test_growth_and_rates_are_told() -> None:
    samples = [Sample("embedded", size, "up", seconds, 99.6, 50.2) for size, seconds in ((100, 2.0), (1000, 10.0))]
    assert report.engines(samples).splitlines()[-1] == "| up | embedded | 1,000 | 10.0 | 10.0 | 0.50 | 100 | 50 |"
    judged = [Judged("tripod", 100, 2.0, 0.5, 40, 85, 282), Judged("checkov", 100, 20.0, 0.0, 170, 15, 53)]
    assert report.policies(judged).splitlines()[-2:] == [
        "| 100 | tripod | 2.0 | 50 | 0.50 | 17,000 | 85 | 282 | 40 |  |",
        "| 100 | checkov | 20.0 | 5 |  |  | 15 | 53 | 170 | 10.0 |",
    ]


def test_sizes_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--sizes", "0"])
    assert ended.value.code == 2
    assert "sizes and rounds must be 1 or more" in capsys.readouterr().err
