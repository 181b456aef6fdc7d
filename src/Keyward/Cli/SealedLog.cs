using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Keyward.Keystores.Root;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Cli;

/// <summary>A log of somebody else's that is sealed into a tree of its own, each checkpoint signed by a key of the
/// server. One process at a time has it open.</summary>
internal sealed class SealedLog : IDisposable
{
    public const string KeyFileName = "vkey";

    /// <summary>What stands before an Ed25519 public key in its SubjectPublicKeyInfo (RFC 8410).</summary>
    private static readonly byte[] Ed25519Prefix = Convert.FromHexString("302a300506032b6570032100");

    private readonly Session _session;
    private readonly FileStream _lock;
    private readonly TreeWriter _writer;
    private readonly string _version;

    private SealedLog(Session session, FileStream held, TreeWriter writer, string version, VerifierKey key) =>
        (_session, _lock, _writer, _version, Key) = (session, held, writer, version, key);

    public VerifierKey Key { get; }

    public long Size => _writer.Size;

    public SignedCheckpoint? Latest => _writer.Latest;

    /// <summary>Opens or begins a tree. Its last checkpoint must be signed by a version of the same key: those are
    /// asked of the server, what lies in the folder is not believed.</summary>
    public static async Task<SealedLog> OpenAsync(Session session, string folder, string? origin)
    {
        var version = await Existing.NewestVersionAsync(session).ConfigureAwait(false);
        var key = version[..version.IndexOf("/cryptoKeyVersions/", StringComparison.Ordinal)];
        var held = Hold(folder);
        try
        {
            var latest = CheckpointOf(folder);
            var known = latest?.Checkpoint.Origin;
            if (known is not null && origin is not null && origin != known)
                throw new FailedException($"The log in {folder} is {known}, not {origin}.");
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
            origin ??= known ?? $"{key}/{name}";
            if (!VerifierKey.IsName(origin)) throw new UsageException("A log's origin has no blanks and no plus sign.",
                "Give another one: --origin NAME");
            var own = new VerifierKey(origin, NoteKeyType.Ed25519,
                await PublicKeyAsync(session, version).ConfigureAwait(false));
            var keys = new List<VerifierKey> { own };
            if (known is not null)
                foreach (var other in await VersionCommands.AllAsync(session, key).ConfigureAwait(false))
                    if (other.Name != version && other.State == CryptoKeyVersion.Types.CryptoKeyVersionState.Enabled)
                        keys.Add(new VerifierKey(origin, NoteKeyType.Ed25519,
                            await PublicKeyAsync(session, other.Name).ConfigureAwait(false)));
            if (latest?.WhyNot(keys, NoteSigner.IsGood) is { } why)
                throw new FailedException($"The checkpoint in {folder} is not by {key} as it is now: {why}.",
                    "Seal with the key that the log began with, and let its versions be enabled; else begin another " +
                    "tree. What lies there: keyward log verify");
            var writer = TreeWriter.Open(new TreeFiles(folder), origin, keys, NoteSigner.IsGood);
            return new SealedLog(session, held, writer, version, own);
        }
        catch (AuditDamagedException failure)
        {
            held.Dispose();
            throw new FailedException(failure.Message, "Keep the folder as it is, and look: keyward log verify");
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Seals further entries: their files are durable, then the server signs, then they count.</summary>
    public async Task ExtendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var round = _writer.Stage(entries);
        var signed = await _session.Server.Keys.AsymmetricSignAsync(new AsymmetricSignRequest
        {
            Name = _version, Data = ByteString.CopyFromUtf8(round.Text),
        }, cancellationToken: _session.Cancellation);
        var signature = signed.Signature.ToByteArray();
        if (!NoteSigner.IsGood(Key.PublicKey, System.Text.Encoding.UTF8.GetBytes(round.Text), signature))
            throw new FailedException($"The server's signature by {_version} does not hold.");
        _writer.Commit(round, [new NoteSignature(Key.Name, Key.Id, signature)]);
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>What the folder says of its log; null where it says nothing yet.</summary>
    private static SignedCheckpoint? CheckpointOf(string folder)
    {
        var file = Path.Combine(folder, "checkpoint");
        if (!File.Exists(file)) return null;
        return SignedCheckpoint.TryParse(File.ReadAllBytes(file), out var signed)
            ? signed
            : throw new FailedException($"{file} is not a signed checkpoint.");
    }

    private static FileStream Hold(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite,
                FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FailedException($"The log in {folder} cannot be opened: {failure.Message}",
                "Another process may be sealing into it.");
        }
    }

    private static async Task<byte[]> PublicKeyAsync(Session session, string version)
    {
        var answer = await session.Server.Keys.GetPublicKeyAsync(
            new GetPublicKeyRequest { Name = version }, cancellationToken: session.Cancellation);
        var pem = answer.Pem;
        var fields = System.Security.Cryptography.PemEncoding.Find(pem);
        var bytes = Convert.FromBase64String(pem[fields.Base64Data]);
        return bytes.AsSpan().StartsWith(Ed25519Prefix)
            && bytes.Length == Ed25519Prefix.Length + VerifierKey.PublicKeySizeBytes
            ? bytes[Ed25519Prefix.Length..]
            : throw new FailedException($"{version} is no Ed25519 key, as logs are signed by.",
                "Make one: keyward key create KEY --purpose asymmetric-signing --default-algorithm ec-sign-ed25519");
    }
}
