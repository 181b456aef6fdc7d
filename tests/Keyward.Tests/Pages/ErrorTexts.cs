using Keyward.Vault.Gate;

namespace Keyward.Tests.Pages;

/// <summary>What each reason means and what its reader does about it.</summary>
internal static class ErrorTexts
{
    public static IReadOnlyDictionary<RefusalReason, (string Meaning, string Advice)> All { get; } =
        new Dictionary<RefusalReason, (string, string)>
        {
            [RefusalReason.InvalidArgument] = ("A field is missing, malformed or contradicts another.",
                "correct the field that the sentence names."),
            [RefusalReason.ChecksumMismatch] = ("A CRC32C sent with the request is not that of the bytes that arrived.",
                "send it again; if it stays, the client computes it over other bytes, or something on the way alters them."),
            [RefusalReason.InvalidCiphertext] = ("The ciphertext does not open: altered, of another key, or sealed with " +
                "other additional data. Which of them is not told.",
                "give the bytes as encryption gave them, with the same key and the same additional data."),
            [RefusalReason.TooLarge] = ("The request or one of its fields is over its limit ([limits](limits.md)).",
                "encrypt large data locally under a data key, and that key here."),
            [RefusalReason.Unauthenticated] = ("Nobody is known by what came with the request: no credential, a revoked, " +
                "expired or forged one, or a clock that is off.",
                "use a key file or access key of this server; compare the clocks."),
            [RefusalReason.PermissionDenied] = ("The caller may not do this here; whether the thing exists is not told.",
                "ask an administrator for a role that has the permission named (`keyward policy add`), and let " +
                "`keyward policy explain` say which rule decided."),
            [RefusalReason.NotFound] = ("There is no such thing where the name says.",
                "look at project, location and case of the name."),
            [RefusalReason.AlreadyExists] = ("The name is taken.", "take another, or go on with what is there " +
                "(`--if-not-exists`)."),
            [RefusalReason.StaleEtag] = ("Somebody changed it since it was read.", "read it again and repeat the change."),
            [RefusalReason.VersionNotEnabled] = ("The version is disabled, destroyed, not yet made or not yet imported.",
                "enable it, or use another version."),
            [RefusalReason.NoPrimaryVersion] = ("The key has no version to encrypt with.", "`keyward key rotate KEY`."),
            [RefusalReason.TransitionNotAllowed] = ("The thing cannot go from its state to the one asked for.",
                "look at its state first."),
            [RefusalReason.WrongPurpose] = ("The key is not made for this operation.", "use a key of the fitting purpose."),
            [RefusalReason.QuotaExceeded] = ("A count is used up: rings, keys, versions, accounts, key files.",
                "remove what is not needed, or let an administrator raise it (`keyward quota set`)."),
            [RefusalReason.NotOffered] = ("This server does not offer the operation, method or option.",
                "see what the door's page says instead ([Google](google.md), [AWS](aws.md))."),
            [RefusalReason.Sealed] = ("The server runs without its root key and can open nothing.",
                "on the server: `keyward unseal`, or give it its root key and restart."),
            [RefusalReason.NotReady] = ("The server starts, drains, has lost its store, or found damage and serves nothing.",
                "ask `/readyz`, which says why; try again or another node."),
            [RefusalReason.AuditUnwritable] = ("The audit log cannot be written, so nothing is done that it would have to " +
                "hold. A change that was made a moment before is brought into the log as soon as it can be.",
                "free space on the log's disk ([runbook](../runbooks/audit-disk.md)); service returns by itself."),
            [RefusalReason.StoreUnavailable] = ("The store cannot be reached or written; nothing was changed. Uses of keys " +
                "go on.", "see the server's log for the store's own words; try again."),
            [RefusalReason.Tampered] = ("Rows of the key were altered outside Keyward; it is not used.",
                "follow the [runbook](../runbooks/altered-rows.md)."),
            [RefusalReason.Overloaded] = ("Too much at once: requests of one network without a known caller, or slow work " +
                "that waits.", "try again with growing pauses; spread the load."),
            [RefusalReason.Cancelled] = ("The caller went away before the operation began.", "nothing."),
            [RefusalReason.OutcomeUnknown] = ("The connection to the store was lost while it committed: the change may have " +
                "been made.", "look whether it was, then decide."),
            [RefusalReason.Internal] = ("A fault of the program. The sentence has an id and nothing else.",
                "find the id in the server's log and report it."),
            [RefusalReason.KeyDisabled] = ("The whole key is switched off.", "enable the key."),
            [RefusalReason.KeyPendingDeletion] = ("The key waits for its deletion.", "cancel the deletion, then enable it."),
            [RefusalReason.KeyPendingImport] = ("The key waits for material from outside.", "import its material."),
            [RefusalReason.KeyNotPendingDeletion] = ("There is no deletion to cancel.", "nothing."),
            [RefusalReason.IncorrectKey] = ("The ciphertext belongs to another key than the one named.",
                "name that key, or none where the door allows it."),
            [RefusalReason.AlgorithmMismatch] = ("The key has another algorithm than the one asked for.",
                "use an algorithm of the key's (`keyward key describe`)."),
            [RefusalReason.WrongOrigin] = ("The material's origin or the key's kind does not allow the operation.",
                "use a key of the other origin."),
            [RefusalReason.InvalidTags] = ("Tags or labels are malformed, double or too many.", "correct them."),
            [RefusalReason.InvalidPageToken] = ("The page token is altered, of another list, or too old.",
                "begin the list again."),
            [RefusalReason.Rehearsed] = ("A rehearsal (DryRun): everything was in order and nothing was done.",
                "call again without it."),
            [RefusalReason.SignatureMismatch] = ("The request is not what was signed, or another secret signed it.",
                "check the secret access key; let nothing on the way change headers, path or body."),
            [RefusalReason.ClockSkewed] = ("The signed request's time is more than five minutes off.", "set the clock."),
            [RefusalReason.SessionExpired] = ("The session's credentials have run out.", "assume the role again."),
            [RefusalReason.MalformedName] = ("The key's name is malformed, or of another account or region.",
                "give a key id, an ARN of this account and region, or `alias/NAME`."),
            [RefusalReason.MaterialRefused] = ("The material is not the one that the key had, or is not fit for its algorithm.",
                "import the very bytes of the first import, or make a new key."),
            [RefusalReason.InvalidGrantToken] = ("The grant token is malformed, or of another key or grantee.",
                "use the token that CreateGrant gave."),
            [RefusalReason.InvalidPrincipal] = ("A principal is named that does not exist.", "name an existing account."),
            [RefusalReason.MalformedPolicy] = ("The policy is not one, or would lock everybody out.",
                "correct what the sentence names."),
            [RefusalReason.NotPrimary] = ("The key is a replica; only the primary of its set can do this.",
                "call at the primary's region."),
            [RefusalReason.InvalidImportToken] = ("The import token is damaged, or of another key.",
                "get new parameters and wrap again."),
            [RefusalReason.ExpiredImportToken] = ("The import token or import job has run out.",
                "get new parameters, or make a new import job."),
            [RefusalReason.RateExceeded] = ("More was asked for in a minute than the quota lets.",
                "wait as long as the answer says; `keyward quota show` shows the limit."),
            [RefusalReason.MessagesExhausted] = ("The version has sealed as many messages as its algorithm allows.",
                "make a new version and use that; the old one still opens what it sealed."),
            [RefusalReason.AlreadyDone] = ("A call with this idempotency key was carried out before.",
                "nothing: look at what it made; a new call needs a new key."),
        };
}
