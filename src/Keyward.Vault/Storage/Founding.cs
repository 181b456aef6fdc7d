using System.Security.Cryptography;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Projects;

namespace Keyward.Vault.Storage;

/// <summary>The administrator's credentials, as they are handed out once. The secrets are plaintext of the caller, who
/// writes them to files and clears them.</summary>
internal sealed record FoundedCredentials(
    string Email, string UniqueId, string KeyId, byte[] PrivateKeyPem, string AccessKeyId, byte[] SecretAccessKey)
{
    public override string ToString() => $"FoundedCredentials {Email}";
}

/// <summary>Makes a new deployment: its keys, the project <c>default</c>, the administrator. The caller writes the
/// credentials down before it commits, so that no deployment exists whose administrator nobody has.</summary>
internal sealed class Founding
{
    /// <summary>Account number of the project <c>default</c>; later ones count on from it.</summary>
    public const string FirstAccount = "000000000001";

    private readonly OpenedVault _vault;
    private readonly RecordDraft _record;
    private readonly ChangeDraft _draft;

    private Founding(OpenedVault vault, RecordDraft record, ChangeDraft draft, FoundedCredentials credentials) =>
        (_vault, _record, _draft, Credentials) = (vault, record, draft, credentials);

    public FoundedCredentials Credentials { get; }

    /// <param name="deploymentKeys">The keys that the hierarchy was made of, sealed by the root, with their 16-byte
    /// ids.</param>
    public static Founding Prepare(
        string deploymentId, string node, IReadOnlyList<(byte[] Id, SealedKey Key)> deploymentKeys, IKeystore keystore,
        IKeyHierarchy hierarchy, ICredentialKeys credentialKeys, TimeProvider time)
    {
        var vault = new OpenedVault(keystore, hierarchy, credentialKeys, Snapshot.Empty);
        var (id, nonce) = RecordWriter.RandomIds();
        var arrival = new Arrival(Door.System, new Source("", 0, null, null), null, id, nonce, time.GetUtcNow(),
            time.GetTimestamp()) { Method = "Found" };
        var record = new RecordDraft(arrival, null, new Verb("found", OperationClass.AdminWrite));
        var draft = new ChangeDraft(Snapshot.Empty, 1, time.GetUtcNow(), vault, record);
        draft.Put(new Deployment(deploymentId, draft.Now, node));
        foreach (var (keyId, key) in deploymentKeys) draft.Put(new SealedKeyRow(keyId, key, draft.Now));
        draft.PutLogKey(LogKeys.OriginOf(deploymentId, node));

        _ = ProjectId.TryParse("default", out var project);
        var account = ServiceAccounts.Make(draft, project, "admin");
        NewProjects.Put(draft, project, FirstAccount, account.Email);
        draft.Put(account);
        PolicyTarget.Deployment.Put(draft, NewProjects.PolicyOf("roles/keyward.admin", account.Email));
        var (keyFile, privateKey) = ServiceAccounts.MakeKeyFile(draft, account, null);
        var (accessKey, secret) = ServiceAccounts.MakeAccessKey(draft, account);
        record.Resource = project.FullName;
        return new Founding(vault, record, draft, new FoundedCredentials(
            account.Email, account.UniqueId, keyFile.Id, privateKey, accessKey.Id, secret));
    }

    /// <summary>Commits the deployment; false if the store has one already. Its record goes to the log when the vault
    /// is opened.</summary>
    public async ValueTask<bool> TryCommitAsync(IStore store, CancellationToken cancellation)
    {
        var change = _draft.ToChange(_draft.SumAfter(default), TimeSpan.Zero, _draft.Snapshot.Deployment!.Node);
        var isEmpty = false;
        await store.ChangeAsync(0, (counter, _) => (isEmpty = counter.Seq == 0) ? [change] : [], cancellation)
            .ConfigureAwait(false);
        return isEmpty;
    }

    /// <summary>16 random bytes in hex.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
