using System.Globalization;
using System.Security.Cryptography;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Keys;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Grants;

/// <summary>A grant and the token that its maker hands on.</summary>
public sealed record NewGrant(Grant Grant, string Token)
{
    public override string ToString() => $"NewGrant {Grant.Id}";
}

/// <summary>Hands some of the caller's own rights on one key to a principal. Nobody hands on what he does not hold on
/// that key at that time; who holds the right to hand on by a grant makes a grant below it: no more operations, no
/// weaker constraint, no longer, no more often, and dead with it. The same request with the same name gives the same
/// grant again, so that it can be repeated.</summary>
public sealed record CreateGrant(KeyName Key, string Grantee, GrantOperations Operations) : IOperation<NewGrant>
{
    /// <summary>AWS's quota of grants on a key.</summary>
    public const int MaximumGrants = 50_000;

    /// <summary>Each use of a counted grant is a change of the store.</summary>
    public const long MaximumUsesLimit = 1_000_000_000;

    private const int MaximumNameLength = 256;

    private static readonly TimeSpan MaximumLifetime = TimeSpan.FromDays(3_650);

    public string? RetiringPrincipal { get; init; }

    public GrantConstraint? Constraint { get; init; }

    public string? Name { get; init; }

    /// <summary>How long it counts; null until it is revoked.</summary>
    public TimeSpan? Lifetime { get; init; }

    public long? MaximumUses { get; init; }

    Verb IOperation<NewGrant>.Verb { get; } = new("create_grant", OperationClass.AdminWrite);

    Demand IOperation<NewGrant>.Demand => Demand.On(Permission.GrantsCreate, Key);

    IRequestAttributes? IOperation<NewGrant>.Attributes => new GrantAttributes(this);

    void IOperation<NewGrant>.Describe(RecordDraft draft)
    {
        draft.Resource = Key.ToString();
        draft.Project = Key.Project.Value;
        draft.Parameter("grantee", Grantee);
        draft.Parameter("operations", Operations.ToString());
        if (RetiringPrincipal is { } retiring) draft.Parameter("retiring_principal", retiring);
        if (Constraint is { } constraint) draft.Parameter("constraint", constraint.Kind.ToString());
        if (Lifetime is { } lifetime) draft.Parameter("lifetime", lifetime.ToString("c", CultureInfo.InvariantCulture));
        if (MaximumUses is { } uses) draft.Parameter("maximum_uses", uses.ToString(CultureInfo.InvariantCulture));
    }

    ValueTask<Outcome<NewGrant>> IOperation<NewGrant>.RunAsync(Passage passage) => Judge() is { } refusal
        ? new(refusal)
        : passage.ChangeAsync(((IOperation<NewGrant>)this).Demand, draft => Change(draft, passage));

    private Refusal? Judge()
    {
        if (Operations.IsEmpty) return GrantRefusals.NoOperations;
        if (Name is { Length: 0 or > MaximumNameLength }) return GrantRefusals.BadName;
        if (Lifetime <= TimeSpan.Zero || Lifetime > MaximumLifetime) return GrantRefusals.BadExpiry;
        if (MaximumUses is < 1 or > MaximumUsesLimit) return GrantRefusals.BadUses;
        if (Constraint is not { } constraint) return null;
        var pairs = constraint.Pairs.Pairs();
        return pairs.Count > GrantConstraint.MaximumPairs
            || pairs.Sum(p => p.Value.Length) > GrantConstraint.MaximumValuesLength
                ? GrantRefusals.BadConstraint : null;
    }

    private Outcome<NewGrant> Change(ChangeDraft draft, Passage passage)
    {
        if (draft.Snapshot.Find(Key) is not { } entry) return KeyRefusals.NotFound(Key);
        if (KeyRefusals.JudgeUse(entry.Key, draft.Now) is { } resting) return resting;
        if (KeyImports.IsPending(entry, draft.Now)) return KeyRefusals.PendingImport(entry.Key);
        if (!Operations.Fit(entry.Key.Purpose)) return GrantRefusals.Unfit;
        if (Constraint is not null && entry.Key.Purpose != Purpose.EncryptDecrypt) return GrantRefusals.BadConstraint;
        if (PrincipalName.Find(draft.Snapshot, Grantee) is not { } grantee) return GrantRefusals.NoPrincipal(Grantee);
        string? retiring = null;
        if (RetiringPrincipal is { } named && (retiring = PrincipalName.Find(draft.Snapshot, named)) is null)
            return GrantRefusals.NoPrincipal(named);
        var wanted = new Grant
        {
            Key = Key,
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
            Name = Name,
            Grantee = grantee,
            RetiringPrincipal = retiring,
            Operations = Operations,
            Constraint = Constraint,
            CreateTime = draft.Now,
            ExpireTime = draft.Now + Lifetime,
            MaximumUses = MaximumUses,
            Issuer = passage.Caller.Member,
            GranteeArn = ArnIn(Grantee),
            RetiringArn = ArnIn(RetiringPrincipal),
        };
        if (!Granting.Judge(draft, passage, entry, wanted).TryGet(out var grant, out var refusal)) return refusal;
        if (Name is not null && Same(entry.Grants, grant, draft.Now) is { } same)
            return new NewGrant(same, GrantToken.Make(draft.Hierarchy, same));
        if (entry.Grants.Count >= MaximumGrants) return GrantRefusals.TooMany(Key);
        draft.Put(grant);
        draft.Record.Changed("grant", null, grant.Id);
        if (grant.Parent is { } parent) draft.Record.Changed("parent", null, parent);
        return new NewGrant(grant, GrantToken.Make(draft.Hierarchy, grant));
    }

    private static string? ArnIn(string? principal) =>
        principal?.StartsWith("arn:", StringComparison.Ordinal) == true ? principal : null;

    private static Grant? Same(KeyGrants grants, Grant wanted, DateTimeOffset now)
    {
        foreach (var grant in grants.Of(wanted.Grantee))
            if (grant.Name == wanted.Name && grant.Operations == wanted.Operations
                && grant.RetiringPrincipal == wanted.RetiringPrincipal && Equals(grant.Constraint, wanted.Constraint)
                && LastsAsLong(grant, wanted) && grant.MaximumUses == wanted.MaximumUses
                && grant.Parent == wanted.Parent && grants.IsGoodAt(grant, now)) return grant;
        return null;
    }

    /// <summary>A request that is repeated later asks for the same time, not for the same end.</summary>
    private static bool LastsAsLong(Grant grant, Grant wanted) => grant.ExpireTime == wanted.ExpireTime
        || grant.ExpireTime - grant.CreateTime == wanted.ExpireTime - wanted.CreateTime;
}
