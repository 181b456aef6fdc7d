namespace Keyward.Vault.Storage;

/// <summary>What a <see cref="SortedTable{T}"/> keeps in order of names.</summary>
internal interface INamed
{
    string TableName { get; }

    /// <summary>The own name's place before, at or behind another, in ordinal order.</summary>
    int CompareTo(ReadOnlySpan<char> name) => TableName.AsSpan().SequenceCompareTo(name);
}
