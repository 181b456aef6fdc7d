#!/usr/bin/env python3
"""Drives a running Keyward with boto3, unmodified. Prints one JSON object with what came of each step."""
import json
import os

import boto3
from botocore.exceptions import ClientError

endpoint = f"https://{os.environ['KEYWARD_ADDR']}"
kms = boto3.client("kms", endpoint_url=endpoint)
result = {}


def fault_of(call, **arguments):
    try:
        call(**arguments)
        return "ok"
    except ClientError as error:
        return error.response["Error"]["Code"]


result["caller"] = boto3.client("sts", endpoint_url=endpoint).get_caller_identity()["Arn"]
key = kms.create_key(Description="boto", Tags=[{"TagKey": "team", "TagValue": "storage"}])["KeyMetadata"]
context = {"tenant": "7"}
sealed = kms.encrypt(KeyId=key["Arn"], Plaintext=b"hello", EncryptionContext=context)
opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=context)
result["opened"] = opened["Plaintext"].decode()
result["wrong_context"] = fault_of(kms.decrypt, CiphertextBlob=sealed["CiphertextBlob"])
data = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
result["data_key"] = kms.decrypt(CiphertextBlob=data["CiphertextBlob"])["Plaintext"] == data["Plaintext"]
signer = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
signed = kms.sign(KeyId=signer["KeyId"], Message=b"m", SigningAlgorithm="RSASSA_PSS_SHA_256")
result["verified"] = kms.verify(KeyId=signer["KeyId"], Message=b"m", Signature=signed["Signature"],
                                SigningAlgorithm="RSASSA_PSS_SHA_256")["SignatureValid"]
mac = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
tag = kms.generate_mac(KeyId=mac["KeyId"], Message=b"m", MacAlgorithm="HMAC_SHA_256")["Mac"]
result["bad_mac"] = fault_of(kms.verify_mac, KeyId=mac["KeyId"], Message=b"n", MacAlgorithm="HMAC_SHA_256", Mac=tag)
kms.create_alias(AliasName="alias/boto", TargetKeyId=key["KeyId"])
result["by_alias"] = kms.describe_key(KeyId="alias/boto")["KeyMetadata"]["KeyId"] == key["KeyId"]
pages = list(kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 1}))
result["pages"] = [len(page["Keys"]) for page in pages]
result["created"] = key["CreationDate"].tzinfo is not None
kms.disable_key(KeyId=key["KeyId"])
result["disabled"] = fault_of(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x")
kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
result["state"] = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]
result["unknown"] = fault_of(kms.describe_key, KeyId="11111111-2222-3333-4444-555555555555")
print(json.dumps(result))
