using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Doors.Aws.Kms;

/// <summary>CreateAlias, UpdateAlias, DeleteAlias, ListAliases.</summary>
internal static class AliasOperations
{
    private const int DefaultPageSize = 50;

    private static readonly Fault NotAuthorized =
        new("NotAuthorizedException", null, RefusalReason.PermissionDenied);

    private static readonly Member Name = Member.Text("AliasName", 1, 256).Like(ModelPattern.Alias).Required();

    public static readonly Operation[] All =
    [
        new("CreateAlias", new Shape(Name, Member.Key("TargetKeyId").Required()), CreateAlias),
        new("UpdateAlias", new Shape(Name, Member.Key("TargetKeyId").Required()), UpdateAlias),
        new("DeleteAlias", new Shape(Name), DeleteAlias),
        new("ListAliases", new Shape(Member.Key(), Member.Limit, Member.Marker), ListAliases),
    ];

    private static ValueTask<Answer> CreateAlias(Call call)
    {
        if (NameOf(call, out var answer) is not { } name || TargetOf(call, out answer) is not { } key)
            return new(answer!);
        return PassAsync(call, new CreateAlias(name, key.Name), name);
    }

    private static ValueTask<Answer> UpdateAlias(Call call)
    {
        if (NameOf(call, out var answer) is not { } name || TargetOf(call, out answer) is not { } key)
            return new(answer!);
        // The alias first: an unknown one is told as such.
        if (call.Find(KeyReference.ByAlias(null, call.Region, name.Alias), out answer) is null) return new(answer!);
        return PassAsync(call, new MoveAlias(name, key.Name), name);
    }

    private static ValueTask<Answer> DeleteAlias(Call call)
    {
        if (NameOf(call, out var answer) is not { } name
            || call.Find(KeyReference.ByAlias(null, call.Region, name.Alias), out answer) is not { } key)
            return new(answer!);
        return call.PassAsync(new DeleteAlias(name, key.Name), write: null);
    }

    private static ValueTask<Answer> ListAliases(Call call)
    {
        FoundKey? key = null;
        if (call.Input.Has("KeyId") && (key = call.FindKey("KeyId", KeyForms.IdOrArn, out var answer)) is null)
            return new(answer!);
        var page = KeyListing.PageOf<AliasView>(call.Input, defaultSize: DefaultPageSize);
        return call.PassAsync(new ListAliases(call.Location, key?.Name, page), (json, result) =>
            KeyListing.WritePage(json, "Aliases", result, view =>
            {
                var name = view.Alias.Name.Alias;
                json.WriteStartObject();
                json.WriteString("AliasName", KeyNames.AliasPrefix + name);
                json.WriteString("AliasArn", Arns.OfAlias(call.Region.Value, call.Account, name));
                json.WriteString("TargetKeyId", view.KeyId);
                json.WriteTime("CreationDate", view.Alias.CreateTime);
                json.WriteTime("LastUpdatedDate", view.Alias.UpdateTime);
                json.WriteEndObject();
            }));
    }

    private static async ValueTask<Answer> PassAsync(Call call, IOperation<Alias> operation, AliasName name)
    {
        var answer = await call.PassAsync(operation, write: null).ConfigureAwait(false);
        return answer.Fault is { Type: "AlreadyExistsException" } taken
            ? Answer.Of(taken with
            {
                Message = "An alias with the name " +
                    $"{Arns.OfAlias(call.Region.Value, call.Account, name.Alias)} already exists",
            })
            : answer;
    }

    private static FoundKey? TargetOf(Call call, out Answer? answer)
    {
        var target = call.Input.Text("TargetKeyId")!;
        if (!target.StartsWith(KeyNames.AliasPrefix, StringComparison.Ordinal))
            return call.FindKey("TargetKeyId", KeyForms.IdOrArn, out answer);
        answer = Answer.Of(Fault.Validation("Aliases must refer to keys. Not aliases"));
        return null;
    }

    private static AliasName? NameOf(Call call, out Answer? answer)
    {
        var text = call.Input.Text("AliasName")!;
        answer = null;
        if (!text.StartsWith(KeyNames.AliasPrefix, StringComparison.Ordinal))
            answer = Answer.Of(Fault.Validation("Alias must start with the prefix \"alias/\". Please see " +
                "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"));
        else if (text.StartsWith("alias/aws/", StringComparison.OrdinalIgnoreCase))
            answer = Answer.Of(NotAuthorized);
        else if (!IsValid(text[KeyNames.AliasPrefix.Length..]))
            answer = Answer.Of(Fault.Validation($"{text} contains invalid characters for an alias"));
        return answer is null ? new AliasName(call.Location, text[KeyNames.AliasPrefix.Length..]) : null;
    }

    private static bool IsValid(string name)
    {
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '_' or '-')) return false;
        return name.Length > 0;
    }
}
