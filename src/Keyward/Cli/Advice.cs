using Keyward.Vault.Policies.Questions;

namespace Keyward.Cli;

/// <summary>What to do next, by the refusal's reason: one table for all commands.</summary>
internal static class Advice
{
    public static string? For(Client.KeywardException refusal) => refusal.Reason switch
    {
        "UNREACHABLE" => "Is the server running, and is this its address and CA? " +
            "keyward healthcheck --addr ADDR --ca FILE",
        "UNAUTHENTICATED" => "Use a key file of this server that is not revoked: --credentials FILE. " +
            "If it is one, compare this machine's clock with the server's.",
        "PERMISSION_DENIED" => "An administrator can grant a role that has it: " +
            $"keyward policy add {PlaceOf(refusal)} --member serviceAccount:EMAIL --role ROLE",
        "NOT_FOUND" when IsAbout(refusal, "nodes/") =>
            "See which there are: keyward node list",
        "NOT_FOUND" or "ALREADY_EXISTS" when IsAbout(refusal, "holds/") =>
            "See which there are, lifted ones included: keyward audit hold list",
        "NOT_FOUND" when IsAbout(refusal, "audit") || IsAbout(refusal, "keyward/") => null,
        // An id, of a finding or a record, stands nowhere.
        "NOT_FOUND" when refusal.Subject?.AsSpan().IndexOfAny('/', '@') < 0 => null,
        "NOT_FOUND" => "Names are case-sensitive and belong to a project and a location: " +
            "look at --project and --location.",
        "ALREADY_EXISTS" => "To accept what is there, add --if-not-exists.",
        "VERSION_NOT_ENABLED" =>
            $"keyward version enable {refusal.Subject ?? "N --key KEY --keyring RING"}   or name another version",
        "NO_PRIMARY_VERSION" => $"keyward key rotate {refusal.Subject ?? "KEY --keyring RING"}",
        "TRANSITION_NOT_ALLOWED" when IsAbout(refusal, "nodes/") => "See how it stands: keyward node list",
        "TRANSITION_NOT_ALLOWED" when IsAbout(refusal, "audit") =>
            "See what rules it: keyward audit retention, keyward audit hold list; docs/reference/audit.md",
        "TRANSITION_NOT_ALLOWED" => "See the version's state: keyward version describe N --key KEY --keyring RING",
        "INVALID_CIPHERTEXT" => "Give the same key and the same additional data, byte for byte, as for the encryption.",
        "TOO_LARGE" => "Encrypt large data locally under a data key; see docs/how-it-works.md",
        "STALE_ETAG" => "keyward policy show RESOURCE, then try again with its etag.",
        "SEALED" => "On the server run: keyward unseal",
        "AUDIT_UNWRITABLE" => "Tell its operator: the audit log's disk may be full. Nothing was changed.",
        "RATE_EXCEEDED" or "OVERLOADED" => "Try again a little later.",
        "QUOTA_EXCEEDED" => "keyward quota show",
        "OUTCOME_UNKNOWN" => "Look whether it was done before you try again.",
        "TAMPERED" => "Tell its operator: the store was altered. See docs/runbooks/altered-rows.md",
        _ => null,
    };

    private static bool IsAbout(Client.KeywardException refusal, string kind) =>
        refusal.Subject?.StartsWith(kind, StringComparison.Ordinal) == true;

    /// <summary>What was refused may have no policy of its own: a version, an account, the backups.</summary>
    private static string PlaceOf(Client.KeywardException refusal) =>
        refusal.Subject is { } subject ? RecordedPlace.TargetOf(subject).FullName : "RESOURCE";
}
