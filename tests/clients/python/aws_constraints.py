"""Holds the door to the constraints of the model that botocore brings with it: each required member left out, each
length, range, enumeration and pattern broken, each member given another type. Prints what was told wrongly."""
import base64
import concurrent.futures
import json
import os

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.httpsession
import botocore.loaders

URL = "https://" + os.environ["KEYWARD_ADDR"] + "/"
MODEL = botocore.loaders.Loader().load_service_model("kms", "service-2")
SHAPES = MODEL["shapes"]
CREDENTIALS = botocore.credentials.Credentials(
    os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
AT_ONCE = 16
SESSION = botocore.httpsession.URLLib3Session(verify=os.environ["AWS_CA_BUNDLE"], max_pool_connections=AT_ONCE)
SERIALIZATION = "SerializationException"

# Bounds that the documentation states and the model does not, and regions, of which the server's own may look otherwise.
STATED = {("ListGrants", "Limit"), ("ListRetirableGrants", "Limit"), ("ListResourceTags", "Limit"),
          ("ScheduleKeyDeletion", "PendingWindowInDays")}
# What older models demanded and later ones do not.
NO_LONGER = {("GetKeyPolicy", "PolicyName"), ("PutKeyPolicy", "PolicyName")}
# A whole request has 256 KiB.
TOO_LARGE = "AttestationDocument"


def call(operation, body):
    request = botocore.awsrequest.AWSRequest("POST", URL, data=json.dumps(body), headers={
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "TrentService." + operation})
    botocore.auth.SigV4Auth(CREDENTIALS, "kms", os.environ["AWS_REGION"]).add_auth(request)
    response = SESSION.send(request.prepare())
    return response.status_code, json.loads(response.content or b"{}")


def good(name, member):
    """A value that the shape takes; what it leads to does not matter."""
    shape = SHAPES[name]
    kind = shape["type"]
    if member in ("KeyId", "DestinationKeyId", "TargetKeyId"):
        return KEY
    if member == "AliasName":
        return "alias/x"
    if member.endswith("Region"):
        return "eu-west-1"
    if kind == "string":
        return shape["enum"][0] if "enum" in shape else "a" * max(shape.get("min", 1), 1)
    if kind == "structure":
        return {m: good(shape["members"][m]["shape"], m) for m in shape.get("required", [])}
    if kind == "list":
        return [good(shape["member"]["shape"], member)]
    return {"blob": "AAAA", "integer": shape.get("min", 1), "boolean": False, "timestamp": 1, "map": {"a": "b"}}[kind]


def bad(name, member):
    """Values that the shape does not take, each with a part of what is to be told."""
    shape = SHAPES[name]
    kind = shape["type"]
    yield from ((value, SERIALIZATION) for value in ("x", 5, True, {}, [], [5], 1e30)
                if not fits(kind, value))
    if kind in ("string", "list"):
        filler = "a" if kind == "string" else good(shape["member"]["shape"], member)
        unit = (lambda n: filler * n) if kind == "string" else (lambda n: [filler] * n)
        if "enum" in shape:
            yield "NOPE", "enum value set: ["
            return
        if shape.get("min", 0) > 0:
            yield unit(shape["min"] - 1), f"have length greater than or equal to {shape['min']}"
        if "max" in shape:
            yield unit(shape["max"] + 1), f"have length less than or equal to {shape['max']}"
        if "pattern" in shape:
            yield "\u2603" * max(shape.get("min", 1), 1), "satisfy regular expression pattern: "
        if kind == "list":
            yield from (([value], told) for value, told in bad(shape["member"]["shape"], member)
                        if told != SERIALIZATION)
    if kind == "blob":
        yield "A", SERIALIZATION
        yield "", f"have length greater than or equal to {shape['min']}"
        if "max" in shape and member != TOO_LARGE:
            yield base64.b64encode(b"a" * (shape["max"] + 1)).decode(), \
                f"have length less than or equal to {shape['max']}"
    if kind == "integer":
        if "min" in shape:
            yield shape["min"] - 1, f"have value greater than or equal to {shape['min']}"
        if "max" in shape:
            yield shape["max"] + 1, f"have value less than or equal to {shape['max']}"
    if kind == "map":
        yield {"a": 5}, SERIALIZATION
    if kind == "structure":
        whole = good(name, member)
        for part, of in shape["members"].items():
            yield from (({**whole, part: value}, told) for value, told in bad(of["shape"], part))
        for part in shape.get("required", []):
            yield {m: v for m, v in whole.items() if m != part}, "not be null"


def fits(kind, value):
    if isinstance(value, bool):
        return kind == "boolean"
    return {str: kind in ("string", "blob"), int: kind in ("integer", "timestamp"), float: kind == "timestamp",
            dict: kind in ("map", "structure"), list: kind == "list"}[type(value)]


def judge(operation, member, body, told):
    status, reply = call(operation, body)
    kind, text = reply.get("__type"), str(reply.get("message"))
    if told == SERIALIZATION:
        held = kind == SERIALIZATION
    else:
        if (operation, member) in STATED:
            told = told.rsplit(" ", 1)[0]
        held = kind == "ValidationException" and " detected: Value" in text and told in text
    return held and status == 400, f"{operation} {member}: wanted {told}, got {status} {kind} {text[:200]}"


KEY = call("CreateKey", {})[1]["KeyMetadata"]["KeyId"]
cases = []
for operation, about in sorted(MODEL["operations"].items()):
    shape = SHAPES[about["input"]["shape"]]
    whole = {m: good(shape["members"][m]["shape"], m) for m in shape.get("required", [])}
    cases += [(operation, m, {k: v for k, v in whole.items() if k != m}, "not be null") for m in whole
              if (operation, m) not in NO_LONGER]
    cases += [(operation, m, {**whole, m: value}, told)
              for m, of in shape["members"].items() for value, told in bad(of["shape"], m)]
with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
    judged = list(pool.map(lambda case: judge(*case), cases))
print(json.dumps({"tried": len(judged), "wrong": [what for held, what in judged if not held]}))
