namespace Keyward.Vault.Names;

/// <summary>What a caller asks of a list, in the door's own filter language already understood: a page size (0 for the
/// server's choice), the token of an earlier page, a filter and an order. <paramref name="Query"/> identifies filter
/// and
/// order, so that a token is good for the same list only.</summary>
public sealed record PageRequest<T>(
    int Size, string Token, string Query, Predicate<T>? Filter = null, IComparer<T>? Order = null)
{
    public const int DefaultSize = 100;

    public const int MaximumSize = 1_000;
}

/// <summary>One page of a list. <paramref name="TotalSize"/> counts all matches; null where a filter was
/// given.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string NextToken, int? TotalSize);
