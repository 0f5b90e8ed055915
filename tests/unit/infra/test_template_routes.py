"""The routes and schedules that the gateway reads out of a template."""

from pathlib import Path

import pytest

from infra.local.template_routes import Route, Schedule, read_routes, read_schedules

TEMPLATE = """
Parameters: {Stage: {Type: String}}
Conditions: {IsLive: !Equals [!Ref Stage, live]}
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  JobsFunction:
    Type: AWS::Serverless::Function
    Condition: IsLive
    Properties:
      Handler: functions.agent_jobs.app.lambda_handler
      Role: !GetAtt Role.Arn
      Environment: {Variables: {URL: !Sub "https://${Api}"}}
      Policies: !If [IsLive, [A], !Ref AWS::NoValue]
      Events:
        List: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /api/v1/assignments, Method: get}}
        Any: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: "/api/v1/{proxy+}", Method: ANY}}
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}
  SweepFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: functions.status_sweep.app.lambda_handler
      Events:
        Tick: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute)}}
  SilentFunction:
    Type: AWS::Serverless::Function
    Properties: {Handler: functions.silent.app.lambda_handler}
"""


@pytest.fixture
def template(tmp_path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    return path


def test_every_http_event_is_a_route(template):
    handler = "functions.agent_jobs.app.lambda_handler"

    routes = read_routes(template)

    assert routes == [
        Route("GET", "/api/v1/assignments", handler, "JobsFunction"),
        Route("ANY", "/api/v1/{proxy+}", handler, "JobsFunction"),
    ]


def test_schedules_are_read(template):
    assert read_schedules(template) == [Schedule("rate(1 minute)", "functions.status_sweep.app.lambda_handler", "SweepFunction")]
