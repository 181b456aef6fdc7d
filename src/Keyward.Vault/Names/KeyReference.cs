namespace Keyward.Vault.Names;

/// <summary>How a key can be asked for where its ring is not known: by its id, by an alias, or by a ciphertext of it.
/// The account number names the project; null for the caller's own.</summary>
public readonly record struct KeyReference
{
    private KeyReference(string? account, LocationId location) => (Account, Location) = (account, location);

    public string? Account { get; }

    public LocationId Location { get; }

    /// <summary>The id of <see cref="KeyIdText"/>, as it was given.</summary>
    public string? Id { get; private init; }

    public string? Alias { get; private init; }

    /// <summary>The UUID in a ciphertext's header; a single key's or a set's.</summary>
    public Guid? Uuid { get; private init; }

    public static KeyReference ById(string? account, LocationId location, string id) =>
        new(account, location) { Id = id };

    public static KeyReference ByAlias(string? account, LocationId location, string alias) =>
        new(account, location) { Alias = alias };

    /// <summary>The key that a ciphertext says it is of; null for bytes that are no ciphertext.</summary>
    public static KeyReference? ByCiphertext(LocationId location, ReadOnlySpan<byte> ciphertext) =>
        KeyUse.Ciphertext.TryReadPrefix(ciphertext, out var uuid, out _) ? ByUuid(location, uuid) : null;

    /// <summary>A key's or an alias's ARN.</summary>
    public static KeyReference? ByArn(string arn) =>
        arn.Split(':') is ["arn", "aws", "kms", var place, { Length: 12 } account, var resource]
            && LocationId.TryParse(place, out var location)
                ? resource.Split('/', 2) switch
                {
                    ["key", var id] => ById(account, location, id),
                    ["alias", var alias] => ByAlias(account, location, alias),
                    _ => null,
                }
                : null;

    public static KeyReference ByUuid(LocationId location, Guid uuid) => new(null, location) { Uuid = uuid };
}

/// <summary>A key that a reference led to.</summary>
/// <param name="Account">The account number of its project.</param>
/// <param name="Id">Its id as text.</param>
public sealed record FoundKey(
    KeyName Name, string Account, string Id, Algorithms.Purpose Purpose, Algorithms.Algorithm Algorithm)
{
    /// <summary>Its material is brought by its owner.</summary>
    public bool IsExternal { get; init; }

    /// <summary>The version that the alias by which it was named is pinned to, or else, of a key that has no primary
    /// version, its newest.</summary>
    public int? Version { get; init; }
}
