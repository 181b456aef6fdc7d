using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keyward.Keystores.Root;
using Keyward.Keystores.Software;
using Keyward.Server.Development;
using Keyward.Server.Federation;
using Keyward.Server.NewNodes;
using Keyward.Server.Settings;
using Keyward.Server.Tls;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Cluster;
using Keyward.Vault.Federation;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Metrics;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging;

namespace Keyward.Server;

/// <summary>Brings store, root key, log and gate together: founds a deployment in an empty store, opens the vault of an
/// existing one, keeps it sealed where there is no root, and closes all in the right order.</summary>
internal sealed class VaultKeeper : IAsyncDisposable
{
    private readonly DataFolder _folder;
    private readonly RootSource _root;
    private readonly RootKeeping _rootKeeping;
    private readonly string _address;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IStore _store;
    private readonly AuditLog _log;
    private readonly LogKeyFollowing _logKeys;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private KeyHierarchy? _hierarchy;
    private SoftwareKeystore? _keystore;
    private ChangeLane? _lane;
    private volatile IReadOnlyList<string> _nodeAddresses = [];
    private DocumentFetch? _fetch;
    private PartMetrics? _parts;
    private Handover? _handover;
    private ServerSettings? _settings;

    private VaultKeeper(DataFolder folder, RootSource root, string address, TimeProvider time, ILogger logger,
        IStore store, AuditLog log, Gate gate)
    {
        (_folder, _root, _address, _time, _logger) = (folder, root, address, time, logger);
        (_store, _log, Gate, Anchoring) = (store, log, gate, new Anchoring(store, log, time));
        _logKeys = new LogKeyFollowing(log);
        _rootKeeping = new RootKeeping(root, logger);
    }

    public Gate Gate { get; }

    public IStore Store => _store;

    /// <summary>The vault's clock.</summary>
    public TimeProvider Time => _time;

    public AuditLog AuditLog => _log;

    public ChangeLane? Lane => _lane;

    /// <summary>Null where no other node shares the store.</summary>
    public NodeMembership? Membership { get; private set; }

    /// <summary>The deployment's certificate authority; null while sealed.</summary>
    public X509Certificate2? Authority { get; private set; }

    public Anchoring Anchoring { get; }

    public LogFolders LogFolders => new(_folder);

    /// <summary>True if this start made the deployment.</summary>
    public bool IsNew { get; private init; }

    /// <summary>Opens store and log, founds what is missing, and opens the vault if the root key can be had.</summary>
    public static async Task<VaultKeeper> StartAsync(DataFolder folder, ServerSettings settings, string address,
        GateMetrics metrics, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation,
        DevSetup? dev = null)
    {
        IStore? store = null;
        AuditLog? log = null;
        try
        {
            Founder.RefuseLostStore(folder, settings);
            store = StoreChoice.Make(folder, settings);
            await store.OpenAsync(cancellation).ConfigureAwait(false);
            var root = new RootSource(folder, settings);
            var state = await store.LoadAsync(cancellation).ConfigureAwait(false);
            var isNew = state.Counter.Seq == 0 && await Founder.TryFoundAsync(
                folder, root, address, Path.GetFullPath(settings.CaFile), folder.NodeName(), store, time, dev,
                cancellation).ConfigureAwait(false);
            if (state.Counter.Seq == 0) state = await store.LoadAsync(cancellation).ConfigureAwait(false);
            AdminCredentials.Follow(folder, address);
            var deployment = DeploymentOf(state);
            var origin = LogFolders.CurrentOf(
                deployment.Id, folder.NodeName(), state.Rows.Of(Tables.SealedKey));
            log = AuditLog.Open(new JournalFiles(new LogFolders(folder).JournalOf(origin)), origin,
                settings.AuditReserveBytes, metrics.Parts, !settings.BenchWithout.Contains("tree"));
            var fetch = DocumentFetch.Of(settings);
            var gate = new Gate(log, time, GateView.Of(folder, settings, address), metrics,
                loggers.CreateLogger<Gate>())
            {
                Dev = dev?.Mode,
                IssuerKeys = new IssuerKeys(fetch, dev?.World ?? time, loggers.CreateLogger<Gate>()),
            };
            var logger = loggers.CreateLogger("Keyward.Server");
            var keeper = new VaultKeeper(folder, root, address, time, logger, store, log, gate)
            {
                IsNew = isNew, _fetch = fetch, _parts = metrics.Parts, _settings = settings,
                _handover = settings.IsShared ? new Handover(root, settings.PostgresFile!) : null,
            };
            await keeper.TryOpenAsync(state, cancellation).ConfigureAwait(false);
            return keeper;
        }
        catch (Exception failure) when (StartFailures.Judge(failure, folder) is { } sentence)
        {
            log?.Dispose();
            if (store is not null) await store.DisposeAsync().ConfigureAwait(false);
            throw sentence;
        }
    }

    /// <summary>Signs the log by the keys that the store names by now, and removes what it says is pruned.</summary>
    public void FollowLog()
    {
        if (Gate.Vault is { } opened) _log.Tree?.PruneTo(opened.Snapshot.AuditKeeping.PrunedOf(_log.Origin));
        if (Gate.Vault is { } vault && _logKeys.Follow(vault.Snapshot, vault.Hierarchy))
            LogFolders.WriteVerifierKeys(vault.Snapshot, vault.Hierarchy, Membership?.Logs.Keys);
    }

    /// <summary>Takes settings over that may change while the server runs.</summary>
    public void Apply(ServerSettings settings) => Gate.Apply(WithNodes(GateView.Of(_folder, settings, _address)));

    /// <summary>Opens a sealed vault by its passphrase; false if it is the wrong one.</summary>
    public async Task<bool> UnsealAsync(byte[] passphrase, CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (Gate.Status.State != GateState.Sealed) return true;
            using var root = _rootKeeping.Unseal(_folder.RootSeal, passphrase);
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
        if (Membership is not null) await Membership.DisposeAsync().ConfigureAwait(false);
        _log.Followed?.Dispose();
        _log.Dispose();
        await _store.DisposeAsync().ConfigureAwait(false);
        _keystore?.Dispose();
        _hierarchy?.Dispose();
        _rootKeeping.Dispose();
        Authority?.Dispose();
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
            root = _root.Load();
        }
        catch (RootUnavailableException failure)
        {
            Seal(failure.Message);
            return;
        }

        using (root) await OpenAsync(root, state, cancellation).ConfigureAwait(false);
    }

    private async Task OpenAsync(RootKey root, StoredState state, CancellationToken cancellation)
    {
        KeyHierarchy hierarchy;
        var keys = state.Rows.Of(Tables.SealedKey).Select(r => SealedKeyRow.Parse(r).Key).ToList();
        try
        {
            hierarchy = KeyHierarchy.Open(root, DeploymentOf(state).IdBytes, keys);
            Authority = AuthoritySeal.Open(hierarchy, keys);
        }
        catch (SealBrokenException) when (_root.TryOther())
        {
            await TryOpenAsync(state, cancellation).ConfigureAwait(false);
            return;
        }
        catch (SealBrokenException)
        {
            Seal("the root key is not the one of this store.");
            return;
        }

        var keystore = new SoftwareKeystore(hierarchy);
        hierarchy.SelfTest();
        keystore.SelfTest();
        var known = StoreMemory.Of(_folder, state.Counter.Incarnation);
        state = await JoinAsync(state, known, hierarchy, keystore, cancellation).ConfigureAwait(false);
        var folders = new LogFolders(_folder);
        var opening = new Opening(
            _store, _log, new TreeFiles(folders.Of(_log.Origin)), _time, Gate.Settings.Node) { Known = known };
        var outcome = await opening.OpenAsync(
            state, new MeasuredKeystore(keystore, _parts!), hierarchy, hierarchy, cancellation).ConfigureAwait(false);
        if (!outcome.TryGet(out var opened, out var refusal))
        {
            Gate.Close(new GateStatus(GateState.Damaged, refusal.Subject ?? "damaged", refusal.Sentence));
            Log.Damaged(_logger, refusal.Sentence);
            return;
        }

        (_hierarchy, _keystore, _lane) = (hierarchy, keystore, opened.Lane);
        opened.Vault.KeepRoot = () => _rootKeeping.Follow(opened.Vault, hierarchy);
        opened.Vault.KeepRoot();
        (opened.Vault.Handover, opened.Vault.Rates, opened.Lane.Parts) = (_handover, Gate.Rates, _parts);
        if (opened.Vault.Snapshot.Altered is { IsEmpty: false } altered)
            Log.Altered(_logger, altered.Count, string.Join(", ", altered.Take(10)));
        if (_store is INodeStore nodes)
            Membership = await NodeMembership.JoinAsync(nodes, _store, _folder, opened.Vault, opened.Lane,
                new NodeIdentity(Gate.Settings.Node, _address, Cli.ProgramVersion.Number, DataFolder.MachineId()),
                Gate.Close, _time, _logger, cancellation).ConfigureAwait(false);
        if (Membership is not null)
            Membership.AddressesChanged = addresses =>
            {
                _nodeAddresses = addresses;
                Gate.Apply(WithNodes(Gate.Settings));
            };
        folders.WriteVerifierKeys(opened.Vault.Snapshot, hierarchy, Membership?.Logs.Keys);
        Follow(folders.Of(_log.Origin));
        Gate.Open(opened.Vault, opened.Lane);
        if (_settings!.KeysAhead) keystore.MakeAhead();
    }

    /// <summary>What is made of the log's records, behind it.</summary>
    private void Follow(string logFolder) =>
        _log.Followed = FollowedLog.Open(_log, Path.Combine(logFolder, "index"), _time, _settings!.Anomalies);

    /// <summary>Where others share the store, this node may be new to it.</summary>
    private async ValueTask<StoredState> JoinAsync(
        StoredState state, long known, KeyHierarchy hierarchy, SoftwareKeystore keystore,
        CancellationToken cancellation)
    {
        if (_store is not INodeStore || known > state.Counter.Seq) return state;
        var vault = new OpenedVault(keystore, hierarchy, hierarchy, SnapshotLoader.Load(state, hierarchy).Snapshot);
        return await new Joining(_store, vault, _time, Gate.Settings.Node).JoinAsync(cancellation).ConfigureAwait(false)
            ? await _store.LoadAsync(cancellation).ConfigureAwait(false)
            : state;
    }

    /// <summary>A token that is meant for any node is good at each.</summary>
    private GateSettings WithNodes(GateSettings settings) => settings with
    {
        TokenAudiences = [.. settings.TokenAudiences.Union(_nodeAddresses.Select(a => $"https://{a}/token"))],
        DoorAudiences = [.. settings.DoorAudiences.Union(_nodeAddresses.Select(a => $"https://{a}/"))],
    };

    private void Seal(string why)
    {
        Gate.Close(new GateStatus(GateState.Sealed, "sealed", $"The server is sealed: {why}"));
        Log.Sealed(_logger, why);
    }

    private static Deployment DeploymentOf(StoredState state) =>
        state.Rows.Of(Tables.Deployment).FirstOrDefault() is { } row
            ? Deployment.Parse(row)
            : throw new StartException("The store has lost its deployment row; restore it from a backup.");
}
