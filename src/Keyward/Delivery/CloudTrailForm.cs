using System.Globalization;
using System.Text.Json.Nodes;

namespace Keyward.Delivery;

/// <summary>A CloudTrail event (CloudTrail User Guide: record contents, event version 1.11) as AWS KMS's calls look
/// there: keys in <c>resources</c>, no response elements of cryptography, and crypto calls are read-only.</summary>
internal static class CloudTrailForm
{
    private const string EventVersion = "1.11";

    public static JsonObject Of(RecordView record)
    {
        var json = new JsonObject
        {
            ["eventVersion"] = EventVersion,
            ["userIdentity"] = Identity(record),
            ["eventTime"] = record.Time.UtcDateTime.ToString(
                "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["eventSource"] = record.Service,
            ["eventName"] = record.Method,
            ["awsRegion"] = record.Part("locations") ?? "global",
            ["sourceIPAddress"] = record.Text("source", "ip") ?? record.Service,
        };
        // A service's own calls have its name; of a caller who sent no agent nothing can be said.
        json.With("userAgent", record.Text("source", "agent") ?? (record.Door == "system" ? record.Service : null));
        if (!record.IsOk)
            json.With("errorCode", ErrorCode(record)).With("errorMessage", record.ErrorMessage);
        json["requestParameters"] = Parameters(record);
        json["responseElements"] = null;
        json["additionalEventData"] = Additional(record);
        json["requestID"] = record.Uuid;
        json["eventID"] = record.Uuid;
        json["readOnly"] = record.Class != "admin_write";
        if (record.Arn is { } arn)
            json["resources"] = new JsonArray(new JsonObject
            {
                ["accountId"] = record.Account, ["type"] = "AWS::KMS::Key", ["ARN"] = arn,
            });
        json["eventType"] = record.Door == "system" ? "AwsServiceEvent" : "AwsApiCall";
        json["managementEvent"] = true;
        json["recipientAccountId"] = record.Account;
        json["eventCategory"] = "Management";
        if (record.Text("source", "tls") is { } tls)
            json["tlsDetails"] = new JsonObject { ["tlsVersion"] = "TLSv" + tls };
        return json;
    }

    private static JsonObject Identity(RecordView record)
    {
        if (record.Principal is not { } name)
            return record.Door == "system"
                ? new JsonObject { ["type"] = "AWSService", ["invokedBy"] = "keyward" }
                : new JsonObject { ["type"] = "Unknown" };
        var account = record.Text("principal", "project") is { } project
            ? record.AccountOf(project) ?? record.Account
            : record.Account;
        var user = name.Split('@')[0];
        return new JsonObject
        {
            ["type"] = "IAMUser",
            ["principalId"] = record.Text("principal", "id"),
            ["arn"] = $"arn:aws:iam::{account}:user/{user}",
            ["accountId"] = account,
        }.With("accessKeyId", record.Text("principal", "credential")).With("userName", user);
    }

    /// <summary>CloudTrail drops the word Exception of a denied access, and keeps the others' names.</summary>
    private static string ErrorCode(RecordView record)
    {
        var type = Doors.Aws.Refusals.Of(record.Reason).Type;
        return type == "AccessDeniedException" ? "AccessDenied" : type;
    }

    private static JsonObject? Parameters(RecordView record)
    {
        var json = record.Object("params")?.DeepClone() as JsonObject ?? [];
        json.With("keyId", record.Arn ?? record.Resource).With("encryptionContext", record.Object("context"));
        return json.Count == 0 ? null : json;
    }

    private static JsonObject Additional(RecordView record) => new JsonObject
    {
        ["log"] = record.Log, ["index"] = record.Index, ["door"] = record.Door, ["operation"] = record.Operation,
        ["outcome"] = record.Outcome,
    }.With("resource", record.Resource).With("keyVersion", record.Version)
        .With("algorithm", record.Text("key", "algorithm")).With("digests", record.Object("digests"))
        .With("change", record.Object("change")).With("node", record.Text("node"));
}
