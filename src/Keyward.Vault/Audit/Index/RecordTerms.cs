using System.Collections.Frozen;
using System.Net;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Audit.Index;

/// <summary>Which terms a record has, and which a filter asks for. A filter's terms may be fewer than what it asks:
/// whatever is found by them is held against the filter itself. They are never more.</summary>
internal static class RecordTerms
{
    /// <summary>A resource's name has nine parts at most; what callers made up may have more, and is found under one
    /// term for all such.</summary>
    private const int MaximumParts = 12;

    /// <summary>Longer texts are no names that anybody asks for; they stand under no term.</summary>
    private const int MaximumLength = 256;

    private const string KeyPart = "/cryptoKeys/";

    public static readonly IndexTerm ManyParts = new(IndexField.ResourcePart, "/");

    /// <summary>Words of the names' form, which nearly every record has.</summary>
    private static readonly FrozenSet<string> FormWords = new[]
    {
        "projects", "locations", "keyRings", "cryptoKeys", "cryptoKeyVersions", "importJobs",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static IEnumerable<IndexTerm> OfResource(string name)
    {
        var parts = Parts(name).ToList();
        if (parts.Count > MaximumParts) return [ManyParts];
        if (KeyOf(name) is { } key) parts.Add(new IndexTerm(IndexField.Key, key));
        return parts;
    }

    /// <summary>The key of a resource's name; null where it names no key.</summary>
    public static string? KeyOf(string name)
    {
        var at = name.IndexOf(KeyPart, StringComparison.Ordinal);
        if (at < 0 || name.Length > MaximumLength
            || !name.StartsWith("projects/", StringComparison.Ordinal)) return null;
        var end = name.IndexOf('/', at + KeyPart.Length);
        return end < 0 ? name : name[..end];
    }

    public static IEnumerable<IndexTerm> OfPrincipal(string name)
    {
        if (name.Length > MaximumLength) yield break;
        yield return new IndexTerm(IndexField.Principal, name);
        if (name.IndexOf('@') is > 0 and var at) yield return new IndexTerm(IndexField.PrincipalLocal, name[..at]);
    }

    public static IEnumerable<IndexTerm> OfIp(string ip)
    {
        if (RecordFilter.AddressOf(ip) is not { } address) yield break;
        yield return new IndexTerm(IndexField.Ip, address.ToString());
        yield return new IndexTerm(IndexField.Network, PeerNetwork.Of(ip).ToString());
    }

    /// <summary>Each of these is asked for, by any of its terms.</summary>
    public static IReadOnlyList<IReadOnlyList<IndexTerm>> Of(RecordFilter filter)
    {
        var clauses = new List<IReadOnlyList<IndexTerm>>();
        // The last part says most.
        if (filter.Key is { } key) clauses.AddRange(Parts(key).Reverse().Select(p => (IndexTerm[])[p, ManyParts]));
        // The whole name, or what stands before its @.
        if (filter.Principal is { Length: > 0 and <= MaximumLength } name)
            clauses.Add([new(IndexField.Principal, name), new(IndexField.PrincipalLocal, name)]);
        if (filter.Source is { } source && OfSource(source) is { } term) clauses.Add([term]);
        Add(clauses, IndexField.Operation, filter.Operation);
        Add(clauses, IndexField.Outcome, filter.Outcome);
        Add(clauses, IndexField.Project, filter.Project);
        return clauses;
    }

    /// <summary>Whether the terms say all that the filter asks, its times aside, in a chapter where no record stands
    /// under the term for many parts: then what is found by them need not be read.</summary>
    public static bool SayAll(RecordFilter filter) => filter.Id is null
        && (filter.Key is not { } key || (key.Length is > 0 and <= MaximumLength
            && !key.Contains('/', StringComparison.Ordinal)
            && !FormWords.Contains(key)))
        && filter.Principal is not { Length: 0 or > MaximumLength }
        && filter.Operation is not { Length: > MaximumLength } && filter.Outcome is not { Length: > MaximumLength }
        && (filter.Source is not { } source || (OfSource(source) is { } term
            && (term.Field == IndexField.Ip || source.PrefixLength == PrefixOf(source))));

    private static int PrefixOf(IPNetwork source) => source.BaseAddress.GetAddressBytes().Length == 4
        ? PeerNetwork.Ipv4PrefixBits : PeerNetwork.Ipv6PrefixBits;

    private static void Add(List<IReadOnlyList<IndexTerm>> clauses, IndexField field, string? text)
    {
        if (text is { Length: <= MaximumLength }) clauses.Add([new IndexTerm(field, text)]);
    }

    /// <summary>Null for a network that is wider than those that are kept.</summary>
    private static IndexTerm? OfSource(IPNetwork source)
    {
        var address = source.BaseAddress.ToString();
        var isIpv4 = source.BaseAddress.GetAddressBytes().Length == 4;
        if (source.PrefixLength == (isIpv4 ? 32 : 128)) return new IndexTerm(IndexField.Ip, address);
        return source.PrefixLength >= (isIpv4 ? PeerNetwork.Ipv4PrefixBits : PeerNetwork.Ipv6PrefixBits)
            ? new IndexTerm(IndexField.Network, PeerNetwork.Of(address).ToString())
            : null;
    }

    private static IEnumerable<IndexTerm> Parts(string name) => name.Split('/')
        .Where(p => p.Length is > 0 and <= MaximumLength && !FormWords.Contains(p)).Distinct()
        .Select(p => new IndexTerm(IndexField.ResourcePart, p));
}
