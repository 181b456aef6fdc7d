using Keyward.Vault.KeyUse;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Grants;

/// <summary>Numbers are stored; all but active are final.</summary>
public enum GrantState
{
    Unspecified = 0,
    Active = 1,

    /// <summary>Given up by who was meant to: the retiring principal, or the grantee.</summary>
    Retired = 2,

    /// <summary>Taken away by who administers the key.</summary>
    Revoked = 3,
}

/// <summary>A right on one key that was handed to one principal: some operations, under a constraint, until a time, so
/// many times. Nothing of it changes but its state and the number of its uses. It counts from the moment it is made
/// until it is revoked, and a grant that was made by its grantee ends with it.</summary>
public sealed record Grant : INamed
{
    public required KeyName Key { get; init; }

    /// <summary>32 random bytes in hex.</summary>
    public required string Id { get; init; }

    public string? Name { get; init; }

    /// <summary>Whom it lets, by the name that policies use: <c>serviceAccount:EMAIL</c>, or <c>project:ID</c> for
    /// everybody of a project who holds the right there.</summary>
    public required string Grantee { get; init; }

    public string? RetiringPrincipal { get; init; }

    public required GrantOperations Operations { get; init; }

    public GrantConstraint? Constraint { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public DateTimeOffset? ExpireTime { get; init; }

    /// <summary>How often it may be used; null without limit. Uses of grants made under it count too.</summary>
    public long? MaximumUses { get; init; }

    public long Uses { get; init; }

    public GrantState State { get; init; } = GrantState.Active;

    /// <summary>Who made it, as policies name them.</summary>
    public required string Issuer { get; init; }

    /// <summary>The grant by which its maker held the right to hand on; null where a policy gave it.</summary>
    public string? Parent { get; init; }

    /// <summary>The ARNs by which the two principals were named, where they were: a principal has several, and who asks
    /// for its grant again wants to find what it said.</summary>
    public string? GranteeArn { get; init; }

    public string? RetiringArn { get; init; }

    internal long Seq { get; init; }

    /// <summary>Whether it counts at a time, its parents apart.</summary>
    internal bool IsGoodAt(DateTimeOffset now) => State == GrantState.Active
        && (ExpireTime is null || now < ExpireTime) && (MaximumUses is null || Uses < MaximumUses);

    public string FullName => $"{Key}/grants/{Id}";

    string INamed.TableName => Id;

    internal Cell[] ToCells() =>
    [
        Key.Project.Value, Key.Parent.Parent.Location.Value, Key.Parent.Ring, Key.Key, Id, Name, Grantee,
        RetiringPrincipal, Operations.ToString(), (long?)Constraint?.Kind, Constraint?.Pairs.Encoded.ToArray(),
        Micros.Of(CreateTime), Micros.Of(ExpireTime), MaximumUses, Uses, (long)State, Issuer, Parent,
        GranteeArn, RetiringArn,
    ];

    internal static Grant Parse(Row row)
    {
        var cells = new RowReader(row);
        var key = cells.KeyName();
        var id = cells.Text();
        var name = cells.TextOrNull();
        var grantee = cells.Text();
        var retiring = cells.TextOrNull();
        if (!GrantOperations.TryParse(cells.Text().Split(','), out var operations))
            throw new FormatException("A stored grant names an operation that there is none of.");
        var kind = (ConstraintKind?)cells.IntegerOrNull();
        var pairs = cells.BytesOrNull();
        return new Grant
        {
            Key = key,
            Id = id,
            Name = name,
            Grantee = grantee,
            RetiringPrincipal = retiring,
            Operations = operations,
            Constraint = kind is { } known ? new GrantConstraint(known, Context.Decode(pairs)) : null,
            CreateTime = cells.Time(),
            ExpireTime = cells.TimeOrNull(),
            MaximumUses = cells.IntegerOrNull(),
            Uses = cells.Integer(),
            State = (GrantState)cells.Int32(),
            Issuer = cells.Text(),
            Parent = cells.TextOrNull(),
            GranteeArn = cells.TextOrNull(),
            RetiringArn = cells.TextOrNull(),
            Seq = row.Seq,
        };
    }
}
