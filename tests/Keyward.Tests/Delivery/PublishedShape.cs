using System.Text.Json;
using System.Text.Json.Nodes;

namespace Keyward.Tests.Delivery;

/// <summary>The members that a vendor's published schema has, as far as we write any of their objects: one a line, with its
/// kind (<c>s</c> text, <c>n</c> whole number, <c>b</c> truth, <c>o</c> object, <c>a</c> list of objects, <c>m</c> any
/// members), and <c>!</c> where the schema demands it wherever its object is. What is written and does not stand here is
/// no member of the schema.</summary>
internal sealed class PublishedShape
{
    private readonly Dictionary<string, (char Kind, bool IsDemanded)> _members = [];

    private PublishedShape(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (path, kind) = (line.Split(' ')[0], line.Split(' ')[1]);
            _members[path] = (kind[0], kind.EndsWith('!'));
        }
    }

    /// <summary>google.logging.v2.LogEntry with google.cloud.audit.AuditLog (googleapis/googleapis, Apache-2.0), in
    /// proto3's JSON.</summary>
    public static readonly PublishedShape Google = new("""
        logName s!
        resource o!
        resource.type s!
        resource.labels m
        timestamp s
        receiveTimestamp s
        severity s
        insertId s
        labels m
        trace s
        protoPayload o!
        protoPayload.@type s!
        protoPayload.serviceName s!
        protoPayload.methodName s!
        protoPayload.resourceName s
        protoPayload.status o
        protoPayload.status.code n
        protoPayload.status.message s
        protoPayload.authenticationInfo o
        protoPayload.authenticationInfo.principalEmail s
        protoPayload.authenticationInfo.principalSubject s
        protoPayload.authenticationInfo.serviceAccountKeyName s
        protoPayload.authorizationInfo a
        protoPayload.authorizationInfo.resource s
        protoPayload.authorizationInfo.permission s
        protoPayload.authorizationInfo.granted b
        protoPayload.authorizationInfo.resourceAttributes m
        protoPayload.requestMetadata o
        protoPayload.requestMetadata.callerIp s
        protoPayload.requestMetadata.callerSuppliedUserAgent s
        protoPayload.request m
        protoPayload.metadata m
        """);

    /// <summary>"CloudTrail record contents" (AWS CloudTrail User Guide), events of version 1.11.</summary>
    public static readonly PublishedShape CloudTrail = new("""
        eventVersion s!
        userIdentity o!
        userIdentity.type s!
        userIdentity.principalId s
        userIdentity.arn s
        userIdentity.accountId s
        userIdentity.accessKeyId s
        userIdentity.userName s
        userIdentity.invokedBy s
        eventTime s!
        eventSource s!
        eventName s!
        awsRegion s!
        sourceIPAddress s!
        userAgent s
        errorCode s
        errorMessage s
        requestParameters m
        responseElements m
        additionalEventData m
        requestID s
        eventID s!
        readOnly b
        resources a
        resources.ARN s
        resources.accountId s
        resources.type s
        eventType s!
        managementEvent b
        recipientAccountId s
        eventCategory s!
        tlsDetails o
        tlsDetails.tlsVersion s
        """);

    /// <summary>OCSF's class API Activity and its objects (ocsf/ocsf-schema, Apache-2.0), release 1.3.</summary>
    public static readonly PublishedShape Ocsf = new("""
        activity_id n!
        activity_name s
        category_uid n!
        category_name s
        class_uid n!
        class_name s
        type_uid n!
        type_name s
        severity_id n!
        severity s
        time n!
        duration n
        status_id n
        status s
        status_code s
        status_detail s
        unmapped m
        metadata o!
        metadata.version s!
        metadata.uid s
        metadata.log_name s
        metadata.sequence n
        metadata.original_time s
        metadata.product o!
        metadata.product.name s
        metadata.product.vendor_name s!
        metadata.product.version s
        actor o!
        actor.app_name s
        actor.user o
        actor.user.uid s
        actor.user.name s
        actor.user.type_id n
        actor.user.type s
        actor.user.credential_uid s
        actor.authorizations a
        actor.authorizations.decision s
        actor.authorizations.policy o
        actor.authorizations.policy.name s
        actor.authorizations.policy.uid s
        api o!
        api.operation s!
        api.service o
        api.service.name s
        api.request o
        api.request.uid s!
        api.request.data m
        api.response o
        api.response.code n
        api.response.error s
        api.response.error_message s
        src_endpoint o!
        src_endpoint.ip s
        src_endpoint.port n
        src_endpoint.name s
        http_request o
        http_request.user_agent s
        resources a
        resources.name s
        resources.type s
        resources.uid s
        """);

    /// <summary>What of an event is not as the schema has it.</summary>
    public IEnumerable<string> WhyNot(JsonObject json) => WhyNot("", json);

    private IEnumerable<string> WhyNot(string place, JsonObject json)
    {
        foreach (var (path, member) in _members)
            if (member.IsDemanded && path.StartsWith(place, StringComparison.Ordinal)
                && path[place.Length..] is var name && !name.Contains('.') && json[name] is null) yield return path + " is missing";
        foreach (var (name, value) in json)
        {
            var path = place + name;
            if (!_members.TryGetValue(path, out var member)) yield return path + " is no member";
            else if (value is not null && !IsOf(member.Kind, value)) yield return $"{path} is not of kind {member.Kind}";
            else
                foreach (var inner in member.Kind is 'o' ? [value!.AsObject()]
                    : member.Kind is 'a' ? value!.AsArray().Select(i => i!.AsObject()) : Array.Empty<JsonObject>())
                    foreach (var why in WhyNot(path + ".", inner)) yield return why;
        }
    }

    private static bool IsOf(char kind, JsonNode value) => kind switch
    {
        's' => value.GetValueKind() == JsonValueKind.String,
        'n' => value.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), out _),
        'b' => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        'a' => value is JsonArray list && list.All(i => i is JsonObject),
        _ => value is JsonObject,
    };
}
