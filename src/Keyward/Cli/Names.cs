using System.CommandLine;
using Keyward.Protos.V1;
using Keyward.Vault.Names;

namespace Keyward.Cli;

/// <summary>Names of keys in every form: <c>KEY</c> with <c>--keyring</c>, <c>RING/KEY</c>, the full name; an ARN, a
/// key's id or <c>alias/NAME</c>, which the server looks up. A full name beside a contradicting flag is wrong usage,
/// not a guess.</summary>
internal static class Names
{
    public static readonly Option<string?> KeyRing = new("--keyring")
    {
        HelpName = "RING", Description = "The key ring of a key that is given by its short name.",
    };

    public static readonly Option<string?> Key = new("--key")
    {
        HelpName = "KEY",
        Description = "The key: short with --keyring, RING/KEY, its full name, ARN or id, or alias/NAME.",
    };

    public static readonly Option<string?> Version = new("--version")
    {
        HelpName = "N", Description = "The version's number.",
    };

    public static string LocationOf(Session session) =>
        $"projects/{session.Settings.Project}/locations/{session.Settings.Location}";

    public static string RingOf(Session session, string? ring) => ring switch
    {
        null => throw new UsageException("The key ring is missing.", "Give it: --keyring RING"),
        _ when ring.StartsWith("projects/", StringComparison.Ordinal) => Contradicted(session, ring),
        _ => $"{LocationOf(session)}/keyRings/{ring}",
    };

    public static string KeyOf(Session session, string? key)
    {
        if (key is null) throw new UsageException("The key is missing.", "Give it: --key KEY");
        var ring = session.Get(KeyRing);
        if (ring is null && IsForeign(key)) return Found(session, key);
        if (key.StartsWith("projects/", StringComparison.Ordinal)) return Contradicted(session, key);
        return key.Split('/') switch
        {
            [var name] => $"{RingOf(session, ring)}/cryptoKeys/{name}",
            [var inRing, var name] when ring is null || ring == inRing =>
                $"{RingOf(session, inRing)}/cryptoKeys/{name}",
            _ => throw new UsageException($"{key} and --keyring {ring} name different key rings."),
        };
    }

    /// <summary>A version: its number with --key, or its full name.</summary>
    public static string VersionOf(Session session, string version)
    {
        if (version.Contains("/cryptoKeyVersions/", StringComparison.Ordinal)) return version;
        if (!DecimalNumber.TryParse(version, out int _))
            throw new UsageException($"{version} is neither a version's number nor its full name.");
        return $"{KeyOf(session, session.Get(Key))}/cryptoKeyVersions/{version}";
    }

    /// <summary>A name in the words of AWS's clients.</summary>
    private static bool IsForeign(string key) =>
        key.StartsWith("arn:", StringComparison.Ordinal) || key.StartsWith("alias/", StringComparison.Ordinal)
        || key.StartsWith("mrk-", StringComparison.Ordinal) || Guid.TryParseExact(key, "D", out _);

    private static string Found(Session session, string key) => session.Server.Aliases.FindKey(
        new FindKeyRequest { Parent = LocationOf(session), Name = key },
        cancellationToken: session.Cancellation).Key;

    private static string Contradicted(Session session, string name)
    {
        var parts = name.Split('/');
        (Option<string?> Option, int At)[] flags =
            [(GlobalOptions.Project, 1), (GlobalOptions.Location, 3), (KeyRing, 5)];
        foreach (var (option, at) in flags)
            if (session.Parsed.GetResult(option) is { Implicit: false } && session.Get(option) is { } given
                && parts.Length > at && parts[at] != given)
                throw new UsageException($"{name} contradicts {option.Name} {given}.");
        return name;
    }
}
