using System.Text.Json.Nodes;
using Keyward.Doors.Rpc;
using Keyward.Vault.Names;

namespace Keyward.Delivery;

/// <summary>OCSF 1.3, class API Activity (6003). Cryptographic calls are activity 99 with their name.</summary>
internal static class OcsfForm
{
    private const string Version = "1.3.0";
    private const int ClassId = 6003;
    private const int Other = 99;

    private static readonly (string Beginning, int Id, string Name)[] Activities =
    [
        ("create_", 1, "Create"), ("import_", 1, "Create"), ("replicate_", 1, "Create"),
        ("get_", 2, "Read"), ("list_", 2, "Read"), ("read_", 2, "Read"), ("test_", 2, "Read"), ("who_", 2, "Read"),
        ("delete_", 4, "Delete"), ("remove_", 4, "Delete"), ("destroy_", 4, "Delete"), ("revoke_", 4, "Delete"),
        ("retire_", 4, "Delete"),
    ];

    public static JsonObject Of(RecordView record)
    {
        var (id, name) = Activity(record);
        var (severity, severityName) = Severity(record);
        var json = new JsonObject
        {
            ["activity_id"] = id, ["activity_name"] = name,
            ["category_uid"] = 6, ["category_name"] = "Application Activity",
            ["class_uid"] = ClassId, ["class_name"] = "API Activity",
            ["type_uid"] = (ClassId * 100) + id, ["type_name"] = "API Activity: " + name,
            ["severity_id"] = severity, ["severity"] = severityName,
            ["time"] = record.Time.ToUnixTimeMilliseconds(),
            ["metadata"] = Metadata(record),
            ["actor"] = Actor(record),
            ["api"] = Api(record),
            ["src_endpoint"] = record.Text("source", "ip") is { } ip
                ? new JsonObject { ["ip"] = ip }.With("port", record.Object("source")?["port"])
                : new JsonObject { ["name"] = record.Text("source", "network") ?? record.Text("node") ?? "keyward" },
            ["status_id"] = record.IsOk ? 1 : 2, ["status"] = record.IsOk ? "Success" : "Failure",
        };
        if (!record.IsOk)
            json.With("status_code", record.Text("error", "code")).With("status_detail", record.ErrorMessage);
        if (record.Text("source", "agent") is { } agent)
            json["http_request"] = new JsonObject { ["user_agent"] = agent };
        if (record.Resource is { } resource)
            json["resources"] = new JsonArray(new JsonObject { ["name"] = resource, ["type"] = TypeOf(record) }
                .With("uid", record.Arn ?? resource));
        if (record.Text("duration_us") is { } micros
            && DecimalNumber.TryParse(micros, out long duration))
            json["duration"] = duration / 1_000;
        return json.With("unmapped", Unmapped(record));
    }

    private static (int Id, string Name) Activity(RecordView record)
    {
        foreach (var (beginning, id, name) in Activities)
            if (record.Operation.StartsWith(beginning, StringComparison.Ordinal)) return (id, name);
        return record.Class == "admin_write" ? (3, "Update") : (Other, record.Operation);
    }

    private static (int Id, string Name) Severity(RecordView record) => record.Outcome switch
    {
        "ok" => (1, "Informational"),
        "denied" or "unauthenticated" => (3, "Medium"),
        "internal" => (4, "High"),
        _ => (2, "Low"),
    };

    private static JsonObject Metadata(RecordView record) => new()
    {
        ["version"] = Version, ["uid"] = record.Id,
        ["product"] = new JsonObject { ["name"] = "Keyward", ["vendor_name"] = "Keyward" }
            .With("version", record.Text("build")),
        ["log_name"] = record.Log, ["sequence"] = record.Index, ["original_time"] = record.Text("time"),
    };

    private static JsonObject Actor(RecordView record)
    {
        if (record.Principal is not { } name)
            return record.Door == "system"
                ? new JsonObject { ["app_name"] = "keyward" }
                : new JsonObject
                {
                    ["user"] = new JsonObject { ["name"] = "unknown", ["type_id"] = 0, ["type"] = "Unknown" },
                };
        var isAccount = record.Text("principal", "type") == "service_account";
        var actor = new JsonObject
        {
            ["user"] = new JsonObject
            {
                ["uid"] = record.Text("principal", "id"), ["name"] = name,
                ["type_id"] = isAccount ? Other : 1, ["type"] = isAccount ? "Service Account" : "User",
            }.With("credential_uid", record.Text("principal", "credential")),
        };
        if (record.Text("auth", "decision") is { } decision)
            actor["authorizations"] = new JsonArray(new JsonObject { ["decision"] = decision }
                .With("policy", record.Text("auth", "rule") is { } rule
                    ? new JsonObject { ["name"] = rule }.With("uid", record.Text("auth", "by"))
                    : null));
        return actor;
    }

    private static JsonObject Api(RecordView record)
    {
        var response = new JsonObject { ["code"] = record.IsOk ? 0 : (int)StatusTable.CodeOf(record.Reason) };
        if (!record.IsOk)
            response.With("error", record.Text("error", "code")).With("error_message", record.ErrorMessage);
        var data = (record.Object("params")?.DeepClone() as JsonObject ?? [])
            .With("context", record.Object("context"));
        return new JsonObject
        {
            ["operation"] = record.Method,
            ["service"] = new JsonObject { ["name"] = record.Service },
            ["request"] = new JsonObject { ["uid"] = record.Id }.With("data", data.Count == 0 ? null : data),
            ["response"] = response,
        };
    }

    private static string TypeOf(RecordView record) => record.Part("cryptoKeys") is not null
        ? "key"
        : record.Part("importJobs") is not null ? "import job"
        : record.Part("keyRings") is not null ? "key ring" : "resource";

    private static JsonObject Unmapped(RecordView record) => new JsonObject
    {
        ["door"] = record.Door, ["class"] = record.Class, ["operation"] = record.Operation,
        ["outcome"] = record.Outcome,
    }.With("digests", record.Object("digests")).With("change", record.Object("change"))
        .With("algorithm", record.Text("key", "algorithm")).With("key_version", record.Version)
        .With("trace", record.Text("trace")).With("node", record.Text("node"));
}
