using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>What an operation shows to conditions, as a few names and their values. What is null is absent.</summary>
internal sealed class RequestAttributes(params (string Name, object? Value)[] shown) : IRequestAttributes
{
    public object? Find(string name, Snapshot snapshot)
    {
        foreach (var (shownName, value) in shown)
            if (shownName == name) return value;
        return null;
    }

    /// <summary>Tags as conditions compare them; null for none.</summary>
    public static IReadOnlyDictionary<string, string>? Map(IReadOnlyList<KeyValuePair<string, string>> tags) =>
        tags.Count == 0 ? null : tags.GroupBy(t => t.Key).ToDictionary(g => g.Key, g => g.Last().Value);
}
