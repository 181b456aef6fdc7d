using Keyward.Keystores.Age;
using Keyward.Server.Peers;
using Keyward.Vault.Names;

namespace Keyward.Server.Settings;

/// <summary>The server's settings, judged and typed.</summary>
internal sealed record ServerSettings(
    string Data, IReadOnlyList<(string Host, int Port)> Listen, IReadOnlyList<string> Locations, bool RootIsPassphrase,
    string? PassphraseFile, string? CertificateFile, string? KeyFile, IReadOnlyList<string> TlsNames, string LogFormat,
    string LogLevel, long AuditReserveBytes, bool MetricsOpen, TimeSpan ClockSkew, TimeSpan ShutdownTimeout,
    bool EmptyCall)
{
    /// <summary>In the data folder of a node that joined: where the store is. It holds unless a setting names
    /// another.</summary>
    public const string JoinedStore = "postgres.connection";

    /// <summary>By which clients trust the server: the operator's certificate with what follows it, or the deployment's
    /// authority.</summary>
    public string CaFile => CertificateFile ?? Path.Combine(Data, "tls/ca.pem");

    /// <summary>Several nodes share the store.</summary>
    public bool IsShared { get; init; }

    public string? PostgresFile { get; init; }

    /// <summary>The join token of a node's first start.</summary>
    public string? Join { get; private init; }

    /// <summary>HOST:PORT; null where the server is reached where it listens.</summary>
    public string? Advertise { get; private init; }

    /// <summary>Null for the data folder's own.</summary>
    public string? RootFile { get; private init; }

    /// <summary>What a measurement leaves out.</summary>
    public IReadOnlyList<string> BenchWithout { get; private init; } = [];

    public bool IsDev { get; private init; }

    public string? DevSeed { get; private init; }

    public DateTimeOffset? DevClock { get; private init; }

    /// <summary>Trusted besides the system's certificates when an issuer's keys are fetched.</summary>
    public string? FederationCaFile { get; init; }

    /// <summary>Networks that are not public and may be asked for issuers' keys.</summary>
    public IReadOnlyList<System.Net.IPNetwork> FederationAddresses { get; init; } = [];

    public bool MetricsKeyNames { get; init; }

    /// <summary>RSA keys are made before anybody asks for one.</summary>
    public bool KeysAhead { get; private init; }

    /// <summary>Where silences are opened; null for nowhere.</summary>
    public Uri? Alertmanager { get; init; }

    public Objectives Objectives { get; init; } = Objectives.Of("99.99", "95", "0.1", []);

    /// <summary>Null for no tracing.</summary>
    public Uri? TracesEndpoint { get; init; }

    public double TracesSample { get; init; }

    public TimeSpan? CredentialMaximumAge { get; init; }

    public TimeSpan? CredentialMaximumIdle { get; init; }

    public IReadOnlyList<Delivery.Sinks.SinkSettings> AuditSinks { get; init; } = [];

    public IReadOnlyList<Delivery.Checkpoints.WitnessSettings> AuditWitnesses { get; init; } = [];

    public IReadOnlyList<Delivery.Sinks.SinkSettings> AuditPublish { get; init; } = [];

    public string? AuditArchive { get; init; }

    /// <summary>Who can open what is archived; none for an archive in clear.</summary>
    public IReadOnlyList<AgeRecipient> AuditArchiveRecipients { get; init; } = [];

    public bool PrunesLog { get; init; }

    public int WitnessQuorum { get; init; }

    public Vault.Audit.Anomalies.AnomalySettings Anomalies { get; init; } =
        Vault.Audit.Anomalies.AnomalySettings.Default;

    public required int Connections { get; init; }

    public required PeerLimits PeerLimits { get; init; }

    public required int UnknownPerSecond { get; init; }

    /// <summary>These settings with what of the others may change while the server runs.</summary>
    public ServerSettings With(ServerSettings others) => this with
    {
        Locations = others.Locations,
        CertificateFile = others.CertificateFile,
        KeyFile = others.KeyFile,
        TlsNames = others.TlsNames,
        LogLevel = others.LogLevel,
        MetricsKeyNames = others.MetricsKeyNames,
        Objectives = others.Objectives,
        Alertmanager = others.Alertmanager,
        MetricsOpen = others.MetricsOpen,
        ClockSkew = others.ClockSkew,
        PeerLimits = others.PeerLimits,
        UnknownPerSecond = others.UnknownPerSecond,
        CredentialMaximumAge = others.CredentialMaximumAge,
        CredentialMaximumIdle = others.CredentialMaximumIdle,
    };

    /// <summary>Typed from a reading that has no errors.</summary>
    public static ServerSettings Of(SettingReader reader)
    {
        _ = SettingTable.TryParseSize(reader[SettingTable.AuditReserve], out var reserve);
        _ = SettingTable.TryParseDuration(reader[SettingTable.ClockSkew], out var skew);
        _ = SettingTable.TryParseDuration(reader[SettingTable.ShutdownTimeout], out var shutdown);
        return new ServerSettings(
            Expand(reader[SettingTable.Data]),
            [.. List(reader[SettingTable.Listen]).Select(Endpoint)],
            List(reader[SettingTable.Locations]),
            reader[SettingTable.Root] == "passphrase",
            NullIfEmpty(reader[SettingTable.PassphraseFile]),
            NullIfEmpty(reader[SettingTable.CertificateFile]),
            NullIfEmpty(reader[SettingTable.KeyFile]),
            List(reader[SettingTable.TlsNames]),
            reader[SettingTable.LogFormat],
            reader[SettingTable.LogLevel],
            reserve,
            reader[SettingTable.MetricsAccess] == "open",
            skew,
            shutdown,
            reader[SettingTable.EmptyCall] == "true")
        {
            IsShared = reader[SettingTable.Storage] == "postgres",
            PostgresFile = NullIfEmpty(reader[SettingTable.PostgresFile]),
            BenchWithout = List(reader[SettingTable.BenchWithout]),
            Join = reader[SettingTable.Join] is { Length: > 0 } join ? join : null,
            Advertise = reader[SettingTable.Advertise] is { Length: > 0 } advertise ? advertise : null,
            RootFile = NullIfEmpty(reader[SettingTable.RootFile]),
            IsDev = reader[SettingTable.Dev] == "true",
            DevSeed = NullIfEmpty(reader[SettingTable.DevSeed]),
            DevClock = SettingTable.TryParseTime(reader[SettingTable.DevClock], out var clock) ? clock : null,
            FederationCaFile = NullIfEmpty(reader[SettingTable.FederationCaFile]),
            FederationAddresses = [.. List(reader[SettingTable.FederationAddresses]).Select(a =>
            {
                _ = NetworkText.TryParse(a, out var network);
                return network;
            })],
            AuditArchive = NullIfEmpty(reader[SettingTable.AuditArchive]),
            AuditArchiveRecipients = Recipients(reader[SettingTable.AuditArchiveRecipients]),
            WitnessQuorum = Count(reader, SettingTable.AuditWitnessQuorum),
            PrunesLog = reader[SettingTable.AuditPrune] == "daily",
            Anomalies = AnomaliesOf(reader),
            AuditSinks = [.. List(reader[SettingTable.AuditSinks]).Select(Sink)],
            AuditPublish = [.. List(reader[SettingTable.AuditPublish]).Select(Sink)],
            AuditWitnesses = [.. List(reader[SettingTable.AuditWitnesses]).Select(Witness)],
            Connections = Count(reader, SettingTable.Connections),
            PeerLimits = new PeerLimits(Count(reader, SettingTable.ConnectionsPerPeer),
                Count(reader, SettingTable.Handshakes), Count(reader, SettingTable.RequestsPerPeer)),
            UnknownPerSecond = Count(reader, SettingTable.UnknownPerSecond),
            TracesEndpoint = UriOrNull(reader[SettingTable.TracesEndpoint]),
            TracesSample = double.Parse(
                reader[SettingTable.TracesSample], System.Globalization.CultureInfo.InvariantCulture),
            Objectives = Objectives.Of(reader),
            Alertmanager = UriOrNull(reader[SettingTable.Alertmanager]),
            KeysAhead = reader[SettingTable.KeysAhead] == "true",
            MetricsKeyNames = reader[SettingTable.MetricsKeyNames] == "true",
            CredentialMaximumAge = DurationOrNull(reader[SettingTable.CredentialMaximumAge]),
            CredentialMaximumIdle = DurationOrNull(reader[SettingTable.CredentialMaximumIdle]),
        };
    }

    private static Uri? UriOrNull(string text) => text.Length == 0 ? null : new Uri(text);

    private static List<AgeRecipient> Recipients(string text) => [.. List(text).Select(r => AgeRecipient.TryParse(r)!)];

    private static Delivery.Sinks.SinkSettings Sink(string text)
    {
        _ = Delivery.Sinks.SinkSettings.TryParse(text, out var sink);
        return sink;
    }

    private static Delivery.Checkpoints.WitnessSettings Witness(string text)
    {
        _ = Delivery.Checkpoints.WitnessSettings.TryParse(text, out var witness);
        return witness;
    }

    private static (string Host, int Port) Endpoint(string text)
    {
        _ = SettingTable.TryParseEndpoint(text, out var host, out var port);
        return (host, port);
    }

    private static Vault.Audit.Anomalies.AnomalySettings AnomaliesOf(SettingReader reader)
    {
        var off = List(reader[SettingTable.AnomaliesOff]);
        return new Vault.Audit.Anomalies.AnomalySettings
        {
            Off = Vault.Audit.Anomalies.AnomalyNames.Kinds
                .Where(k => off.Contains(Vault.Audit.Anomalies.AnomalyNames.Label(k))).ToHashSet(),
            Learning = DurationOrNull(reader[SettingTable.AnomaliesLearning])!.Value,
            Dormancy = DurationOrNull(reader[SettingTable.AnomaliesDormancy])!.Value,
            VolumeSigmas = Count(reader, SettingTable.AnomaliesVolume),
            Denials = Count(reader, SettingTable.AnomaliesDenials),
            NewKeys = Count(reader, SettingTable.AnomaliesNewKeys),
            Suppression = DurationOrNull(reader[SettingTable.AnomaliesSuppression])!.Value,
        };
    }

    private static TimeSpan? DurationOrNull(string value) =>
        value.Length > 0 && SettingTable.TryParseDuration(value, out var duration) ? duration : null;

    private static int Count(SettingReader reader, Setting setting) =>
        int.Parse(reader[setting], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A path from a setting: <c>~</c> is the user's home.</summary>
    public static string Expand(string path) => Path.GetFullPath(
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal)
            ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..]
            : path);

    private static string[] List(string value) =>
        value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string? NullIfEmpty(string value) => value.Length == 0 ? null : Expand(value);
}
