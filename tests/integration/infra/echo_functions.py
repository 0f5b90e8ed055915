"""Functions behind the gateway's server in its tests: one tells what it was sent, one its size, one fails."""

import json


def echo(event, context):
    body = json.dumps({"event": event, "function": context.function_name})
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "cookies": ["a=1", "b=2"], "body": body}


def size(event, context):
    return {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": str(len(event.get("body", "")))}


def fail(event, context):
    raise RuntimeError("the details stay in the log")
