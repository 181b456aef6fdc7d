using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Keeping;

/// <summary>Stops pruning for a case.</summary>
public sealed record PlaceHold(string Name, string Reason, DateTimeOffset? From) : IOperation<AuditHold>
{
    private const int MaximumNameLength = 63;
    private const int MaximumReasonLength = 1_000;
    private const int MaximumHolds = 1_000;

    Verb IOperation<AuditHold>.Verb { get; } = new("place_hold", OperationClass.AdminWrite);

    Demand IOperation<AuditHold>.Demand => Demand.OnDeployment(Permission.AuditManage);

    void IOperation<AuditHold>.Describe(RecordDraft draft)
    {
        draft.Resource = "audit";
        draft.Parameter("hold", Name);
        draft.Parameter("reason", Reason);
    }

    async ValueTask<Outcome<AuditHold>> IOperation<AuditHold>.RunAsync(Passage passage)
    {
        if (Name.Length is 0 or > MaximumNameLength
            || !Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            return new Refusal(RefusalReason.InvalidArgument,
                "A hold's name has 1 to 63 lower-case letters, digits and hyphens.");
        if (Reason.Length is 0 or > MaximumReasonLength || Reason.Any(char.IsControl))
            return new Refusal(RefusalReason.InvalidArgument, "A hold needs a reason of one line.");
        return await passage.ChangeAsync(((IOperation<AuditHold>)this).Demand, Change).ConfigureAwait(false);
    }

    private Outcome<AuditHold> Change(ChangeDraft draft)
    {
        var holds = draft.Snapshot.AuditKeeping.Holds;
        if (holds.ContainsKey(Name))
            return new Refusal(RefusalReason.AlreadyExists, "There is, or was, a hold of that name.", "holds/" + Name);
        if (holds.Count >= MaximumHolds)
            return new Refusal(RefusalReason.QuotaExceeded, "There are too many holds.");
        var hold = new AuditHold(
            Name, Reason, From is { } from ? Micros.Trim(from) : null, true, draft.Now, draft.By);
        draft.Put(hold);
        return hold;
    }
}

/// <summary>Ends a hold: from now on the retention alone counts.</summary>
public sealed record LiftHold(string Name) : IOperation<AuditHold>
{
    Verb IOperation<AuditHold>.Verb { get; } = new("lift_hold", OperationClass.AdminWrite);

    Demand IOperation<AuditHold>.Demand => Demand.OnDeployment(Permission.AuditManage);

    void IOperation<AuditHold>.Describe(RecordDraft draft)
    {
        draft.Resource = "audit";
        draft.Parameter("hold", Name);
    }

    async ValueTask<Outcome<AuditHold>> IOperation<AuditHold>.RunAsync(Passage passage) =>
        await passage.ChangeAsync(((IOperation<AuditHold>)this).Demand, Change).ConfigureAwait(false);

    private Outcome<AuditHold> Change(ChangeDraft draft)
    {
        if (!draft.Snapshot.AuditKeeping.Holds.TryGetValue(Name, out var hold) || !hold.IsActive)
            return new Refusal(RefusalReason.NotFound, "No such hold stands.", "holds/" + Name);
        var lifted = hold with { IsActive = false };
        draft.Put(lifted);
        return lifted;
    }
}

/// <summary>Holds, retention, prunings.</summary>
public sealed record ReadKeeping : IOperation<AuditKeeping>
{
    Verb IOperation<AuditKeeping>.Verb { get; } = new("read_keeping", OperationClass.AdminRead);

    Demand IOperation<AuditKeeping>.Demand => Demand.OnDeployment(Permission.AuditVerify);

    void IOperation<AuditKeeping>.Describe(RecordDraft draft) => draft.Resource = "audit";

    ValueTask<Outcome<AuditKeeping>> IOperation<AuditKeeping>.RunAsync(Passage passage) =>
        new(passage.Snapshot.AuditKeeping);
}

/// <summary>Lengthens how long records stay.</summary>
/// <param name="DataDays">Null for as it is.</param>
public sealed record LengthenRetention(int? DataDays, int? AdminDays) : IOperation<AuditRetention>
{
    Verb IOperation<AuditRetention>.Verb { get; } = new("lengthen_retention", OperationClass.AdminWrite);

    Demand IOperation<AuditRetention>.Demand => Demand.OnDeployment(Permission.AuditManage);

    void IOperation<AuditRetention>.Describe(RecordDraft draft) => draft.Resource = "audit";

    async ValueTask<Outcome<AuditRetention>> IOperation<AuditRetention>.RunAsync(Passage passage) =>
        await passage.ChangeAsync(((IOperation<AuditRetention>)this).Demand, Change).ConfigureAwait(false);

    private Outcome<AuditRetention> Change(ChangeDraft draft)
    {
        var old = draft.Snapshot.AuditKeeping.Retention;
        var retention = old with { DataDays = DataDays ?? old.DataDays, AdminDays = AdminDays ?? old.AdminDays };
        if (retention.DataDays < old.DataDays || retention.AdminDays < old.AdminDays)
            return new Refusal(RefusalReason.TransitionNotAllowed, "The retention can be lengthened, not shortened.",
                LogRefusals.Subject);
        if (retention.DataDays > AuditRetention.MaximumDays || retention.AdminDays > AuditRetention.MaximumDays)
            return new Refusal(RefusalReason.InvalidArgument, "A retention has a hundred years at most.");
        draft.Put(retention);
        draft.Record.Changed("data_days", $"{old.DataDays}", $"{retention.DataDays}");
        draft.Record.Changed("admin_days", $"{old.AdminDays}", $"{retention.AdminDays}");
        return retention;
    }
}
