using System.Net;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Names;

namespace Keyward.Vault.Audit;

/// <summary>Which records a reader asks for; what is null is not asked. Names match whole or by what follows a slash,
/// so that <c>orders</c> finds a key by its id.</summary>
public sealed record RecordFilter
{
    public string? Key { get; init; }

    public string? Principal { get; init; }

    public string? Operation { get; init; }

    public string? Outcome { get; init; }

    /// <summary>A request's id, 32 hex digits in lower case.</summary>
    public string? Id { get; init; }

    /// <summary>The network that a request came from; one address where its prefix is whole.</summary>
    public IPNetwork? Source { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>Readers of one project see its records only.</summary>
    internal string? Project { get; init; }

    /// <summary>What is asked, for the record of who asked it.</summary>
    internal IEnumerable<(string Name, string Value)> Asked
    {
        get
        {
            if (Id is not null) yield return ("id", Id);
            if (Key is not null) yield return ("key", Key);
            if (Principal is not null) yield return ("principal", Principal);
            if (Source is { } source) yield return ("source", source.ToString());
            if (Operation is not null) yield return ("operation", Operation);
            if (Outcome is not null) yield return ("outcome", Outcome);
            if (Since is { } since) yield return ("since", since.UtcDateTime.ToString("O"));
            if (Until is { } until) yield return ("until", until.UtcDateTime.ToString("O"));
        }
    }

    internal bool Matches(RecordFacts record) => (Id is null || record.Id == Id)
        && MatchesKey(record.Resource) && MatchesPrincipal(record.Principal)
        && MatchesSource(record.Ip) && (Operation is null || record.Operation == Operation)
        && (Outcome is null || record.Outcome == Outcome) && MatchesTime(record)
        && (Project is null || record.Project == Project);

    private bool MatchesKey(string? name)
    {
        if (Key is null) return true;
        if (name is null) return false;
        return name == Key || name.EndsWith("/" + Key, StringComparison.Ordinal)
            || name.Contains("/" + Key + "/", StringComparison.Ordinal)
            || name.StartsWith(Key + "/", StringComparison.Ordinal);
    }

    private bool MatchesPrincipal(string? name) => Principal is null || name == Principal
        || name?.StartsWith(Principal + "@", StringComparison.Ordinal) == true;

    private bool MatchesSource(string? ip) => Source is not { } wanted
        || (ip is not null && AddressOf(ip) is { } address && wanted.Contains(address));

    private bool MatchesTime(RecordFacts record) => (Since is null && Until is null)
        || (record.TimeMicros != 0 && (Since is null || record.Time >= Since)
            && (Until is null || record.Time < Until));

    /// <summary>An address or a network in the usual notation; null where it is none.</summary>
    public static IPNetwork? ParseSource(string text)
    {
        if (!NetworkText.TryParse(text, out var network)) return null;
        if (text.Contains('/', StringComparison.Ordinal)) return network;
        return AddressOf(text) is { } address ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : null;
    }

    /// <summary>The address that a record shows; null where it shows none.</summary>
    internal static IPAddress? AddressOf(string ip)
    {
        if (!IPAddress.TryParse(ip, out var address)) return null;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        // A zone says which of this machine's ways it came by.
        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? new IPAddress(address.GetAddressBytes())
            : address;
    }
}
