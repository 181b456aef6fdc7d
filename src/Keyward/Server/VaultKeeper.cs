using System.Security.Cryptography;
using Keyward.Keystores.Root;
using Keyward.Keystores.Software;
using Keyward.Server.Federation;
using Keyward.Server.Settings;
using Keyward.Stores.Sqlite;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Federation;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging;

namespace Keyward.Server;

/// <summary>Brings store, root key, log and gate together: founds a deployment in an empty folder, opens the vault of
/// an existing one, keeps it sealed where there is no root, and closes all in the right order.</summary>
internal sealed class VaultKeeper : IAsyncDisposable
{
    private readonly DataFolder _folder;
    private readonly string _address;
    private readonly ServerSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SqliteStore _store;
    private readonly AuditLog _log;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private KeyHierarchy? _hierarchy;
    private SoftwareKeystore? _keystore;
    private ChangeLane? _lane;
    private DocumentFetch? _fetch;

    private VaultKeeper(DataFolder folder, ServerSettings settings, string address, TimeProvider time, ILogger logger,
        SqliteStore store, AuditLog log, Gate gate) =>
        (_folder, _settings, _address, _time, _logger, _store, _log, Gate, Anchoring) =
            (folder, settings, address, time, logger, store, log, gate, new Anchoring(store, log, time));

    public Gate Gate { get; }

    public IStore Store => _store;

    public AuditLog AuditLog => _log;

    public ChangeLane? Lane => _lane;

    public Anchoring Anchoring { get; }

    /// <summary>True if this start made the deployment.</summary>
    public bool IsNew { get; private init; }

    /// <summary>Opens store and log, founds what is missing, and opens the vault if the root key can be had.</summary>
    public static async Task<VaultKeeper> StartAsync(DataFolder folder, ServerSettings settings, string address,
        GateMetrics metrics, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var store = new SqliteStore(folder.Store);
        try
        {
            await store.OpenAsync(cancellation).ConfigureAwait(false);
            var state = await store.LoadAsync(cancellation).ConfigureAwait(false);
            var isNew = state.Counter.Seq == 0;
            if (isNew)
            {
                await FoundAsync(folder, settings, address, store, time, cancellation).ConfigureAwait(false);
                state = await store.LoadAsync(cancellation).ConfigureAwait(false);
            }

            AdminCredentials.Follow(folder, address);
            var deployment = DeploymentOf(state);
            var origin = LogFolders.CurrentOf(deployment, state.Rows);
            var log = AuditLog.Open(new JournalFiles(new LogFolders(folder).JournalOf(origin)), origin,
                settings.AuditReserveBytes);
            var fetch = DocumentFetch.Of(settings);
            var gate = new Gate(log, time, GateSettingsOf(folder, settings, address), metrics,
                loggers.CreateLogger<Gate>())
            {
                IssuerKeys = new IssuerKeys(fetch, time, loggers.CreateLogger<Gate>()),
            };
            var keeper = new VaultKeeper(
                folder, settings, address, time, loggers.CreateLogger("Keyward.Server"), store, log, gate)
            {
                IsNew = isNew, _fetch = fetch,
            };
            await keeper.TryOpenAsync(state, cancellation).ConfigureAwait(false);
            return keeper;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or AuditDamagedException)
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw new StartException(failure.Message);
        }
    }

    /// <summary>Takes settings over that may change while the server runs.</summary>
    public void Apply(ServerSettings settings) => Gate.Apply(GateSettingsOf(_folder, settings, _address));

    /// <summary>Opens a sealed vault by its passphrase; false if it is the wrong one.</summary>
    public async Task<bool> UnsealAsync(byte[] passphrase, CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (Gate.Status.State != GateState.Sealed) return true;
            using var root = PassphraseSeal.Load(_folder.RootSeal).Open(passphrase);
            if (root is null) return false;
            var state = await _store.LoadAsync(cancellation).ConfigureAwait(false);
            await OpenAsync(root, state, cancellation).ConfigureAwait(false);
            Log.Unsealed(_logger);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
            _opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Gate.WriteSummariesAsync().ConfigureAwait(false);
        if (_lane is not null) await _lane.DisposeAsync().ConfigureAwait(false);
        await AnchorLastAsync().ConfigureAwait(false);
        _log.Dispose();
        await _store.DisposeAsync().ConfigureAwait(false);
        _keystore?.Dispose();
        _hierarchy?.Dispose();
        _fetch?.Dispose();
        _opening.Dispose();
    }

    /// <summary>At a clean stop the store knows the log's end. Where it cannot be written, the next start finds the
    /// older checkpoint, which is as good.</summary>
    private async ValueTask AnchorLastAsync()
    {
        try
        {
            await Anchoring.AnchorAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or StoreUnavailableException)
        {
            Log.NotAnchored(_logger, failure);
        }
    }

    private async Task TryOpenAsync(StoredState state, CancellationToken cancellation)
    {
        RootKey root;
        try
        {
            root = LoadRoot(_folder, _settings);
        }
        catch (RootUnavailableException failure)
        {
            Gate.Close(new GateStatus(GateState.Sealed, "sealed", $"The server is sealed: {failure.Message}"));
            Log.Sealed(_logger, failure.Message);
            return;
        }

        using (root) await OpenAsync(root, state, cancellation).ConfigureAwait(false);
    }

    private async Task OpenAsync(RootKey root, StoredState state, CancellationToken cancellation)
    {
        KeyHierarchy hierarchy;
        try
        {
            hierarchy = KeyHierarchy.Open(root, DeploymentOf(state).IdBytes, state.Rows
                .Where(r => r.Table == Tables.SealedKey).Select(r => SealedKeyRow.Parse(r).Key)
                .Where(k => k.Binding.Kind == SealKind.DeploymentKey));
        }
        catch (SealBrokenException)
        {
            const string sentence = "the root key is not the one of this store.";
            Gate.Close(new GateStatus(GateState.Sealed, "sealed", "The server is sealed: " + sentence));
            Log.Sealed(_logger, sentence);
            return;
        }

        var keystore = new SoftwareKeystore(hierarchy);
        hierarchy.SelfTest();
        keystore.SelfTest();
        var folders = new LogFolders(_folder);
        var outcome = await new Opening(_store, _log, new TreeFiles(folders.Of(_log.Origin)), _time)
            .OpenAsync(state, keystore, hierarchy, hierarchy, cancellation).ConfigureAwait(false);
        if (!outcome.TryGet(out var opened, out var refusal))
        {
            Gate.Close(new GateStatus(GateState.Damaged, refusal.Subject ?? "damaged", refusal.Sentence));
            Log.Damaged(_logger, refusal.Sentence);
            return;
        }

        (_hierarchy, _keystore, _lane) = (hierarchy, keystore, opened.Lane);
        folders.WriteVerifierKeys(opened.Vault.Snapshot, hierarchy);
        if (opened.Vault.Snapshot.Altered is { IsEmpty: false } altered)
            Log.Altered(_logger, altered.Count, string.Join(", ", altered.Take(10)));
        Gate.Open(opened.Vault, opened.Lane);
        keystore.MakeAhead();
    }

    private static async Task FoundAsync(DataFolder folder, ServerSettings settings, string address, SqliteStore store,
        TimeProvider time, CancellationToken cancellation)
    {
        var id = Founding.NewId();
        using var root = MakeRoot(folder, settings);
        var (hierarchy, keys) = KeyHierarchy.Found(root, Convert.FromHexString(id));
        using var opened = hierarchy;
        using var keystore = new SoftwareKeystore(hierarchy);
        var founding = Founding.Prepare(id, "node-" +
            Founding.NewId()[..8], keys, keystore, hierarchy, hierarchy, time);
        AdminCredentials.Write(folder, founding.Credentials, address);
        CryptographicOperations.ZeroMemory(founding.Credentials.PrivateKeyPem);
        CryptographicOperations.ZeroMemory(founding.Credentials.SecretAccessKey);
        await founding.CommitAsync(store, time, cancellation).ConfigureAwait(false);
    }

    /// <summary>A root that is there already is used: a first start that was cut short must not make a second
    /// one.</summary>
    private static RootKey MakeRoot(DataFolder folder, ServerSettings settings)
    {
        if (!settings.RootIsPassphrase)
            return File.Exists(folder.RootKey) ? RootFile.Load(folder.RootKey) : RootFile.Create(folder.RootKey);
        if (File.Exists(folder.RootSeal)) return LoadRoot(folder, settings);
        if (settings.PassphraseFile is null)
            throw new StartException("The first start with root = passphrase needs the passphrase.",
                "Put it into a file and name that: root.passphrase_file");
        var root = RootKey.Make();
        var passphrase = ReadPassphrase(settings.PassphraseFile);
        PassphraseSeal.Make(root, passphrase).Save(folder.RootSeal);
        CryptographicOperations.ZeroMemory(passphrase);
        return root;
    }

    private static RootKey LoadRoot(DataFolder folder, ServerSettings settings)
    {
        if (!settings.RootIsPassphrase) return RootFile.Load(folder.RootKey);
        if (!File.Exists(folder.RootSeal)) throw new RootUnavailableException(
            $"there is no seal at {folder.RootSeal}.");
        if (settings.PassphraseFile is null)
            throw new RootUnavailableException("no passphrase was given. On the server run: keyward unseal");
        var passphrase = ReadPassphrase(settings.PassphraseFile);
        try
        {
            return PassphraseSeal.Load(folder.RootSeal).Open(passphrase)
                ?? throw new RootUnavailableException("the passphrase is wrong.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }
    }

    /// <summary>The line end that editors add is not part of a passphrase.</summary>
    private static byte[] ReadPassphrase(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var passphrase = bytes.AsSpan().TrimEnd("\r\n"u8).ToArray();
        CryptographicOperations.ZeroMemory(bytes);
        return passphrase;
    }

    private static Deployment DeploymentOf(StoredState state) =>
        state.Rows.FirstOrDefault(r => r.Table == Tables.Deployment) is { } row
            ? Deployment.Parse(row)
            : throw new StartException("The store has lost its deployment row; restore it from a backup.");

    private static GateSettings GateSettingsOf(DataFolder folder, ServerSettings settings, string address)
    {
        var token = new List<string> { $"https://{address}/token" };
        if (AdminCredentials.TokenAddress(folder) is { } first && !token.Contains(first)) token.Add(first);
        return new GateSettings(settings.Locations, settings.ClockSkew, token, [$"https://{address}/"])
        {
            EmptyCall = settings.EmptyCall, UnknownPerSecond = settings.UnknownPerSecond,
        };
    }
}
