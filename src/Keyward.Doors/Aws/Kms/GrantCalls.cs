using System.Text.Json;
using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Gate;
using Keyward.Vault.Grants;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Names;

namespace Keyward.Doors.Aws.Kms;

/// <summary>CreateGrant, ListGrants, ListRetirableGrants, RetireGrant, RevokeGrant.</summary>
internal static class GrantCalls
{
    private const int MaximumPageSize = 100;
    private const int DefaultPageSize = 50;

    /// <summary>What AWS knows of; the vault can grant more.</summary>
    private static readonly string[] Names =
    [
        "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
        "Sign", "Verify", "GetPublicKey", "CreateGrant", "RetireGrant", "DescribeKey", "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext", "GenerateMac", "VerifyMac", "DeriveSharedSecret",
    ];

    private static readonly Member Constraints = Member.Structure("Constraints", new Shape(
        Member.Context("EncryptionContextSubset"), Member.Context("EncryptionContextEquals")));

    private static readonly Member Limit = Member.Integer("Limit", 1, MaximumPageSize);

    private static readonly Member Grantee = Member.Text("GranteePrincipal", 1, 256).Like(ModelPattern.Principal);

    private static readonly Member Retiring = Member.Text("RetiringPrincipal", 1, 256).Like(ModelPattern.Principal);

    private static readonly Member Id = Member.Text("GrantId", 1, 128);

    public static readonly Operation[] All =
    [
        new("CreateGrant", new Shape(Member.Key().Required(), Grantee.Required(), Retiring,
            Member.Choices("Operations", Names).Required(), Constraints, Member.Tokens,
            Member.Text("Name", 1, 256).Like(ModelPattern.GrantName), Member.DryRun), Create),
        new("ListGrants", new Shape(Limit, Member.Marker, Member.Key().Required(), Id, Grantee), List),
        new("ListRetirableGrants", new Shape(Limit, Member.Marker, Retiring.Required()), ListRetirable),
        new("RetireGrant", new Shape(Member.Text("GrantToken", 1, 8_192), Member.Key(), Id, Member.DryRun), Retire),
        new("RevokeGrant", new Shape(Member.Key().Required(), Id.Required(), Member.DryRun), Revoke),
    ];

    private static ValueTask<Answer> Create(Call call)
    {
        var input = call.Input;
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        if (JudgePrincipal(input.Text("GranteePrincipal")) is { } badGrantee) return new(Answer.Of(badGrantee));
        if (JudgePrincipal(input.Text("RetiringPrincipal")) is { } badRetiring) return new(Answer.Of(badRetiring));
        if (!GrantOperations.TryParse(input.Texts("Operations"), out var operations) || operations.IsEmpty)
            return new(Answer.Of(Fault.Validation("A grant needs at least one operation.")));
        if (!TryReadConstraint(input.Structure("Constraints"), out var constraint, out var fault))
            return new(Answer.Of(fault!));
        return call.PassAsync(new CreateGrant(key.Name, input.Text("GranteePrincipal")!, operations)
        {
            RetiringPrincipal = input.Text("RetiringPrincipal"),
            Constraint = constraint,
            Name = input.Text("Name"),
        }, (json, made) =>
        {
            json.WriteString("GrantToken", made.Token);
            json.WriteString("GrantId", made.Grant.Id);
        });
    }

    private static ValueTask<Answer> List(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        if (JudgeId(call.Input.Text("GrantId")) is { } badId) return new(Answer.Of(badId));
        var page = KeyListing.PageOf<GrantView>(call.Input, defaultSize: DefaultPageSize);
        return call.PassAsync(new ListGrants(
            key.Name, call.Input.Text("GrantId"), call.Input.Text("GranteePrincipal"), page), WritePage);
    }

    private static ValueTask<Answer> ListRetirable(Call call)
    {
        var principal = call.Input.Text("RetiringPrincipal")!;
        if (JudgePrincipal(principal) is { } fault) return new(Answer.Of(fault));
        var page = KeyListing.PageOf<GrantView>(call.Input, defaultSize: DefaultPageSize);
        return call.PassAsync(new ListRetirableGrants(call.Location, principal, page), WritePage);
    }

    private static ValueTask<Answer> Retire(Call call)
    {
        var input = call.Input;
        if (input.Has("GrantToken") == (input.Has("KeyId") || input.Has("GrantId"))
            || input.Has("KeyId") != input.Has("GrantId"))
            return new(Answer.Of(Fault.Validation(
                "You must specify either GrantToken or both KeyId and GrantId.")));
        if (input.Text("GrantToken") is { } token)
            return call.PassAsync(new RetireGrant(token, null, null), write: null);
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        return JudgeId(input.Text("GrantId")) is { } badId
            ? new(Answer.Of(badId))
            : call.PassAsync(new RetireGrant(null, key.Name, input.Text("GrantId")), write: null);
    }

    private static ValueTask<Answer> Revoke(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        return JudgeId(call.Input.Text("GrantId")) is { } badId
            ? new(Answer.Of(badId))
            : call.PassAsync(new RevokeGrant(key.Name, call.Input.Text("GrantId")!), write: null);
    }

    private static bool TryReadConstraint(Input? input, out GrantConstraint? constraint, out Fault? fault)
    {
        (constraint, fault) = (null, null);
        var subset = input?.Map("EncryptionContextSubset");
        var equal = input?.Map("EncryptionContextEquals");
        if (subset is not null && equal is not null)
            fault = Fault.Validation("A grant has one encryption context constraint, not two.");
        else if ((subset ?? equal) is { } pairs)
        {
            if (!Context.TryFromPairs(pairs, out var context))
                fault = Fault.Validation("The encryption context constraint is too large.");
            else if (equal is not null) constraint = new GrantConstraint(ConstraintKind.Equals, context);
            else if (!context.IsNone) constraint = new GrantConstraint(ConstraintKind.Subset, context);
        }

        return fault is null;
    }

    /// <summary>Principals are ARNs at this door; which of them exist, the vault knows.</summary>
    private static Fault? JudgePrincipal(string? principal) =>
        principal is null || principal.StartsWith(Arns.Partition, StringComparison.Ordinal)
            ? null
            : Fault.InvalidArn("ARN does not refer to a valid principal.");

    private static Fault? JudgeId(string? id) =>
        id is null || (id.Length == 64 && id.All(char.IsAsciiHexDigitLower))
            ? null
            : new Fault("InvalidGrantIdException", null, RefusalReason.InvalidArgument);

    private static void WritePage(Utf8JsonWriter json, Page<GrantView> page) =>
        KeyListing.WritePage(json, "Grants", page, view => Write(json, view));

    private static void Write(Utf8JsonWriter json, GrantView view)
    {
        var grant = view.Grant;
        json.WriteStartObject();
        json.WriteString("KeyId", Arns.OfKey(grant.Key.Parent.Parent.Location.Value, view.Account, view.KeyId));
        json.WriteString("GrantId", grant.Id);
        json.WriteString("Name", grant.Name ?? "");
        json.WriteTime("CreationDate", grant.CreateTime);
        json.WriteString("GranteePrincipal", view.GranteeArn);
        if (view.RetiringArn is { } retiring) json.WriteString("RetiringPrincipal", retiring);
        json.WriteString("IssuingAccount", $"arn:aws:iam::{view.Account}:root");
        json.WriteStartArray("Operations");
        foreach (var name in grant.Operations.Names)
            if (Names.Contains(name)) json.WriteStringValue(name);
        json.WriteEndArray();
        if (grant.Constraint is { } constraint)
        {
            json.WriteStartObject("Constraints");
            json.WriteStartObject(constraint.Kind == ConstraintKind.Equals
                ? "EncryptionContextEquals" : "EncryptionContextSubset");
            foreach (var (name, value) in constraint.Pairs.Pairs()) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
