using System.Globalization;
using System.Text.Json.Nodes;
using Google.Rpc;
using Keyward.Doors.Rpc;

namespace Keyward.Delivery;

/// <summary>Cloud Logging's LogEntry with an AuditLog inside (google.logging.v2, google.cloud.audit), as Cloud Audit
/// Logs deliver it. Google writes data access only where it is switched on; here all is there.</summary>
internal static class GoogleForm
{
    public static JsonObject Of(RecordView record)
    {
        var isAdmin = record.Class == "admin_write";
        var scope = record.Project is { } project ? "projects/" + project : "organizations/0";
        var log = isAdmin ? "activity" : "data_access";
        return new JsonObject
        {
            ["protoPayload"] = Payload(record),
            ["insertId"] = record.Id,
            ["resource"] = Resource(record),
            ["timestamp"] = record.Text("time"),
            ["severity"] = !record.IsOk ? "ERROR" : isAdmin ? "NOTICE" : "INFO",
            ["logName"] = $"{scope}/logs/cloudaudit.googleapis.com%2F{log}",
            ["labels"] = new JsonObject
            {
                ["log"] = record.Log, ["index"] = record.Index.ToString(CultureInfo.InvariantCulture),
                ["node"] = record.Text("node") ?? "", ["door"] = record.Door,
            },
        }.With("receiveTimestamp", record.Text("received"))
            .With("trace", record.Text("trace") is { } trace ? $"{scope}/traces/{trace}" : null);
    }

    private static JsonObject Payload(RecordView record)
    {
        var status = new JsonObject();
        if (!record.IsOk)
            status.With("code", (int)StatusTable.CodeOf(record.Reason)).With("message", record.ErrorMessage ?? "");
        var payload = new JsonObject
        {
            ["@type"] = "type.googleapis.com/google.cloud.audit.AuditLog",
            ["status"] = status,
            ["authenticationInfo"] = Authentication(record),
            ["requestMetadata"] = new JsonObject { ["callerIp"] = record.Text("source", "ip") ?? "private" }
                .With("callerSuppliedUserAgent", record.Text("source", "agent")),
            ["serviceName"] = record.Service,
            ["methodName"] = record.Method,
        };
        if (record.Text("auth", "permission") is { } permission)
            payload["authorizationInfo"] = new JsonArray(new JsonObject
            {
                ["resource"] = record.Resource ?? "", ["permission"] = permission,
                ["granted"] = record.Text("auth", "decision") == "allow", ["resourceAttributes"] = new JsonObject(),
            });
        payload["resourceName"] = record.Resource ?? "";
        if (record.Object("params") is not null || record.Object("context") is not null)
            payload["request"] = (record.Object("params")?.DeepClone() as JsonObject ?? [])
                .With("context", record.Object("context"));
        // A Struct is the object itself; a type's name stands in it only where a message of that name has its members.
        return payload.With("metadata",
            new JsonObject { ["operation"] = record.Operation, ["outcome"] = record.Outcome }
                .With("digests", record.Object("digests")).With("change", record.Object("change"))
                .With("algorithm", record.Text("key", "algorithm")).With("rule", record.Text("auth", "rule")));
    }

    private static JsonObject Authentication(RecordView record)
    {
        var json = new JsonObject();
        if (record.Principal is not { } name) return json;
        json["principalEmail"] = name;
        json["principalSubject"] =
            (record.Text("principal", "type") == "service_account" ? "serviceAccount:" : "user:") + name;
        if (record.Text("principal", "credential") is { } credential
            && record.Text("principal", "project") is { } project)
            json["serviceAccountKeyName"] =
                $"//iam.googleapis.com/projects/{project}/serviceAccounts/{name}/keys/{credential}";
        return json;
    }

    /// <summary>Cloud KMS's monitored resources (Cloud Logging: resource list).</summary>
    private static JsonObject Resource(RecordView record)
    {
        var labels = new JsonObject().With("project_id", record.Project).With("location", record.Part("locations"));
        var type = "audited_resource";
        if (record.Part("keyRings") is { } ring)
        {
            labels["key_ring_id"] = ring;
            type = "cloudkms_keyring";
        }

        if (record.Part("importJobs") is { } job)
        {
            labels["import_job_id"] = job;
            type = "cloudkms_import_job";
        }

        if (record.Part("cryptoKeys") is { } key)
        {
            labels["crypto_key_id"] = key;
            type = "cloudkms_cryptokey";
            if (record.Version is { } version)
            {
                labels["crypto_key_version_id"] = version;
                type = "cloudkms_cryptokeyversion";
            }
        }

        if (type == "audited_resource") labels.With("service", record.Service).With("method", record.Method);
        return new JsonObject { ["type"] = type, ["labels"] = labels };
    }
}
