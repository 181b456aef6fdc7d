using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.KeyUse;

/// <summary>Takes a block of a version's messages for one node, before it seals the first of them: whatever stops or
/// serves beside it, no message is sealed that was not counted. Gives how many were got. Only the server itself does
/// it.</summary>
internal sealed record LeaseMessages(VersionName Name, long Wanted) : IOperation<long>
{
    /// <summary>The most messages under one AES-GCM key with nonces drawn at random (SP 800-38D §8.3).</summary>
    public const long MaximumMessages = 1L << 32;

    Verb IOperation<long>.Verb { get; } = new("lease_messages", OperationClass.AdminWrite);

    Demand IOperation<long>.Demand => Demand.On(Permission.VersionsUseToEncrypt, Name.Parent);

    void IOperation<long>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Parent.Project.Value;
    }

    ValueTask<Outcome<long>> IOperation<long>.RunAsync(Passage passage) =>
        passage.Caller.Type == Caller.SystemType
            ? passage.ChangeAsync(((IOperation<long>)this).Demand, Change)
            : new(new Refusal(RefusalReason.PermissionDenied, "Only the server itself takes messages."));

    private Outcome<long> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Name) is not { } version) return KeyRefusals.NotFound(Name);
        if (AlteredRows.Refuse(draft.Snapshot, version) is { } altered) return altered;
        var got = Math.Min(Wanted, MaximumMessages - version.Messages);
        if (got <= 0)
            return new Refusal(RefusalReason.MessagesExhausted,
                $"{Name} has sealed as many messages as one AES-GCM key may. Make a new version and use that.",
                Name.ToString());
        var after = version with { Messages = version.Messages + got };
        draft.Put(after);
        draft.Record.Changed("messages", version.Messages.ToString(CultureInfo.InvariantCulture),
            after.Messages.ToString(CultureInfo.InvariantCulture));
        return got;
    }
}
