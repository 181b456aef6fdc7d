using System.Globalization;
using System.Net;
using Keyward.Vault.Names;

namespace Keyward.Server.Settings;

/// <summary>All settings of the server. docs/reference/settings.md is made from this table, and a test compares
/// them.</summary>
internal static class SettingTable
{
    public static readonly Setting Data = new("data", "--data", "~/.keyward",
        "The data folder: store, root key, certificates, audit log, credentials.", NotEmpty);

    public static readonly Setting Listen = new("listen", "--listen", "127.0.0.1:8443",
        "Where to listen, HOST:PORT; port 0 picks a free one. Several are separated by commas.", IsEndpoint,
            IsList: true);

    public static readonly Setting Storage = new("storage", "--storage", "sqlite",
        "The store: sqlite, embedded in the data folder, or postgres, which several nodes share.",
        OneOf("sqlite", "postgres"));

    public static readonly Setting PostgresFile = new("postgres_file", "--postgres-file", "",
        "A file of mode 0600 with the Npgsql connection string for storage = postgres.", FileOrEmpty);

    public static readonly Setting Locations = new("locations", null,
        "global,us-east-1,us-east1,eu-west-1,europe-west1",
        "The locations (regions) that this deployment serves, separated by commas.", v =>
            LocationId.TryParse(v, out _) ? null
                : "a location has lower-case letters, digits and hyphens", IsList: true, IsLive: true);

    public static readonly Setting Root = new("root", null, "file",
        "What holds the root key: file (root.key) or passphrase (root.seal, opened by a passphrase).",
        OneOf("file", "passphrase"));

    public static readonly Setting PassphraseFile = new("root.passphrase_file", null, "",
        "A file with the passphrase for root = passphrase; without it the server starts sealed.", _ => null);

    public static readonly Setting CertificateFile = new("tls.certificate_file", null, "",
        "A certificate chain of your own (PEM) instead of the one that the server makes.", FileOrEmpty, IsLive: true);

    public static readonly Setting KeyFile = new("tls.key_file", null, "",
        "The private key (PEM) of tls.certificate_file.", FileOrEmpty, IsLive: true);

    public static readonly Setting TlsNames = new("tls.names", null, "",
        "Further names and addresses for the server's own certificate, separated by commas.", _ => null, IsList: true,
        IsLive: true);

    public static readonly Setting LogFormat = new("log.format", "--log-format", "auto",
        "text, json, or auto: text on a terminal, json elsewhere.", OneOf("auto", "text", "json"));

    public static readonly Setting LogLevel = new("log.level", "--log-level", "info",
        "The least level that is logged.", OneOf("debug", "info", "warn", "error"), IsLive: true);

    public static readonly Setting AuditReserve = new("audit.reserve", null, "64MiB",
        "Free space below which no operation is served, since its record might not fit.", v =>
            TryParseSize(v, out _) ? null : "must be a size such as 64MiB");

    public static readonly Setting MetricsAccess = new("metrics.auth", null, "loopback",
        "Who may read /metrics: loopback (this machine) or open.", OneOf("loopback", "open"), IsLive: true);

    public static readonly Setting ClockSkew = new("clock.skew", null, "300s",
        "How far the times in a token may be off.", IsDuration, IsLive: true);

    public static readonly Setting ShutdownTimeout = new("shutdown.timeout", null, "30s",
        "How long requests in flight may take to end when the server stops.", IsDuration);

    public static readonly Setting EmptyCall = new("bench.empty_call", null, "false",
        "Serves an empty, unrecorded call for measuring; never switch it on in production.", OneOf("true", "false"));

    public static readonly Setting BenchWithout = new("bench.without", null, "",
        "What a measurement leaves out: tree, receipts, index, metrics; never leave anything out in production.",
        v => v.Length == 0 ? null : OneOf("tree", "receipts", "index", "metrics")(v), IsList: true);

    public static readonly Setting FederationCaFile = new("federation.ca_file", null, "",
        "Certificates (PEM) that are trusted besides the system's when an issuer's keys are fetched.", FileOrEmpty);

    public static readonly Setting FederationAddresses = new("federation.allow_addresses", null, "",
        "Addresses and networks that are not public and from which issuers' keys may be fetched all the same.",
        v => v.Length == 0 || NetworkText.TryParse(v, out _) ? null
            : "must be addresses or networks such as 10.0.0.0/8", IsList: true);

    public static readonly Setting Connections = new("limits.connections", null, "10000",
        "Connections at once, of all peers.", IsCount);

    public static readonly Setting ConnectionsPerPeer = new("limits.connections_per_peer", null, "1024",
        "Connections at once of one address; this machine itself is free.", IsCount, IsLive: true);

    public static readonly Setting Handshakes = new("limits.handshakes_per_second", null, "500",
        "New connections a second, of all addresses but this machine.", IsCount, IsLive: true);

    public static readonly Setting RequestsPerPeer = new("limits.requests_per_peer", null, "2000",
        "Requests in flight of one address.", IsCount, IsLive: true);

    public static readonly Setting UnknownPerSecond = new("limits.unknown_per_second", null, "100",
        "Requests without a known caller that one network may send in a second, each recorded, ten times as many at " +
        "once; beyond that they are refused unseen and recorded in summaries.", IsCount, IsLive: true);

    public static readonly Setting CredentialMaximumAge = new("credentials.maximum_age", null, "",
        "Key files and access keys older than this are refused, the administrator's included; empty for no such rule.",
        DurationOrEmpty, IsLive: true);

    public static readonly Setting CredentialMaximumIdle = new("credentials.maximum_idle", null, "",
        "Key files and access keys that were not used for so long are refused, the administrator's included; empty " +
        "for no such rule.", DurationOrEmpty, IsLive: true);

    public static readonly Setting Dev = new("dev", "--dev", "false",
        "A development server: a throw-away store that begins with a seed, a clock that can be moved, faults to " +
        "rehearse. Never for production; its folder is ~/.keyward-dev unless data is set.", OneOf("true", "false"));

    public static readonly Setting DevSeed = new("dev_seed", "--seed", "",
        "The file with what a development server begins with (docs/reference/dev.md).", FileOrEmpty);

    public static readonly Setting DevClock = new("dev_clock", "--clock", "",
        "The time at which a development server's clock starts; the seed's, or the real time, if empty.", TimeOrEmpty);

    public static readonly Setting AuditSinks = new("audit.sinks", null, "",
        "Where audit records are delivered to, each NAME=ADDRESS (docs/guides/audit-delivery.md), separated by commas.",
        Delivery.Sinks.SinkSettings.WhyNot, IsList: true, JudgeAll: Delivery.Sinks.SinkSettings.WhyNot);

    public static readonly Setting AuditWitnesses = new("audit.witnesses", null, "",
        "Witnesses that are asked to vouch for this log's checkpoints, each VKEY ADDRESS (docs/guides/witness.md).",
        Delivery.Checkpoints.WitnessSettings.WhyNot, IsList: true);

    public static readonly Setting AuditPublish = new("audit.publish", null, "",
        "Folders and addresses to which the newest checkpoint is copied, each NAME=ADDRESS (docs/guides/witness.md).",
        Delivery.Checkpoints.CheckpointPlace.WhyNot, IsList: true, JudgeAll: Delivery.Sinks.SinkSettings.WhyNot);

    public static readonly Setting MetricsKeyNames = new("metrics.key_names", null, "false",
        "Whether /metrics may name the busiest keys (keyward_key_info), not only number them.",
        OneOf("true", "false"), IsLive: true);

    public static readonly Setting TracesEndpoint = new("traces.endpoint", null, "",
        "Where spans are sent by OTLP over HTTP, such as http://localhost:4318; empty for no tracing.", v =>
            v.Length == 0 || (Uri.TryCreate(v, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
                ? null : "must be an address such as http://localhost:4318");

    public static readonly Setting TracesSample = new("traces.sample", null, "0.01",
        "The share of requests whose spans are sent, from 0 to 1; those that failed or were slow are sent always.", v =>
            double.TryParse(v, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
                && share <= 1 ? null : "must be a number from 0 to 1");

    public static readonly Setting AuditArchive = new("audit.archive", null, "",
        "The folder into which records are archived before keyward audit prune removes them.",
        v => v.Length == 0 || Directory.Exists(v) ? null : "names a folder that does not exist");

    public static readonly Setting AuditPrune = new("audit.prune", null, "manual",
        "When records go of which the retention is over: manual, by keyward audit prune, or daily, by the server " +
        "itself, into audit.archive.", OneOf("manual", "daily"));

    public static readonly Setting Advertise = new("advertise", "--advertise", "",
        "Where clients and the other nodes reach this server, HOST:PORT, if not where it listens: in a container, " +
        "behind a translation of addresses.", v => v.Length == 0 ? null : IsEndpoint(v));

    public static readonly Setting RootFile = new("root.file", null, "",
        "The root key's file for root = file, if not root.key of the data folder: a mounted secret.", _ => null);

    public static readonly Setting Join = new("join", "--join", "",
        "A join token (keyward node join-token), by which an empty data folder becomes a node of a running " +
        "deployment; later starts take no notice of it.", _ => null);
    public static readonly Setting AuditWitnessQuorum = new("audit.witness_quorum", null, "0",
        "How many witnesses of audit.witnesses have to vouch for the newest checkpoint: with fewer for five minutes " +
        "the node is not ready; it serves all the same.",
        v => DecimalNumber.TryParse(v, out int count) && count <= 16 ? null : "must be a number from 0 to 16");

    public static readonly Setting AnomaliesOff = new("anomalies.off", null, "",
        "Kinds of anomalies that are not looked for, separated by commas (docs/guides/anomalies.md).",
        v => v.Length == 0 ? null : Vault.Audit.Anomalies.AnomalyNames.WhyNot(v),
        IsList: true);

    public static readonly Setting AnomaliesLearning = new("anomalies.learning", null, "7d",
        "For so long a principal's use of a key is only learnt.", IsDuration);

    public static readonly Setting AnomaliesDormancy = new("anomalies.dormancy", null, "90d",
        "So much silence makes a use the first after dormancy.", IsDuration);

    public static readonly Setting AnomaliesVolume = new("anomalies.volume", null, "6",
        "How many standard deviations an hour's uses must be above their mean to be told.", IsCount);

    public static readonly Setting AnomaliesDenials = new("anomalies.denials", null, "20",
        "Refusals of one principal within ten minutes, over five resources, that are told; or five times as many.",
        IsCount);

    public static readonly Setting AnomaliesNewKeys = new("anomalies.new_keys", null, "10",
        "Keys that a principal never used before: more of them within an hour are told.", IsCount);

    public static readonly Setting AnomaliesSuppression = new("anomalies.suppression", null, "30d",
        "For so long what was judged false or expected is not told again.", IsDuration);

    public static readonly Setting AuditArchiveRecipients = new("audit.archive_recipients", null, "",
        "Who alone can open what is archived, as age1…, separated by commas; without it archives are in clear.",
        v => v.Length == 0 || Keystores.Age.AgeRecipient.TryParse(v) is not null
            ? null : "must be a recipient such as keyward backup keygen prints", IsList: true);

    public static readonly Setting SloAvailability = new("slo.availability", null, "99.99",
        "The percentage of requests in a month that must not fail, for keyward rules.", Objectives.IsPercentage);

    public static readonly Setting SloLatency = new("slo.latency", null, "95",
        "The percentage of encryptions and decryptions that must be fast (50 ms), for keyward rules.",
        Objectives.IsPercentage);

    public static readonly Setting SloErrors = new("slo.errors", null, "0.1",
        "The percentage of requests that may fail by bugs, for keyward rules.", Objectives.IsPercentage);

    public static readonly Setting SloProjects = new("slo.projects", null, "",
        "Availability of single projects, PROJECT=PERCENTAGE separated by commas; their names become labels.",
        Objectives.IsProject, IsList: true, IsLive: true);

    public static readonly Setting Alertmanager = new("alerts.alertmanager", null, "",
        "Where Alertmanager is, such as http://localhost:9093: a silence is opened there before planned rotations.",
        TracesEndpoint.Judge, IsLive: true);

    public static readonly Setting KeysAhead = new("keys.ahead", null, "true",
        "Whether an RSA key of each size is made after a start, so that the first that is created needs not wait: " +
        "some seconds of a processor; false on a small machine.", OneOf("true", "false"));

    public static readonly IReadOnlyList<Setting> All =
    [
        Data, Listen, Storage, PostgresFile, Locations, Root, PassphraseFile, CertificateFile, KeyFile, TlsNames,
        LogFormat, LogLevel, AuditReserve, MetricsAccess, ClockSkew, ShutdownTimeout, EmptyCall, BenchWithout,
        FederationCaFile, FederationAddresses, Connections, ConnectionsPerPeer, Handshakes, RequestsPerPeer,
        UnknownPerSecond, CredentialMaximumAge, CredentialMaximumIdle, Dev, DevSeed, DevClock, AuditSinks,
        AuditWitnesses, AuditPublish, MetricsKeyNames, TracesEndpoint, TracesSample, AuditArchive, AuditPrune,
        Advertise, RootFile, Join, AuditWitnessQuorum, AnomaliesOff, AnomaliesLearning, AnomaliesDormancy,
        AnomaliesVolume, AnomaliesDenials, AnomaliesNewKeys, AnomaliesSuppression, AuditArchiveRecipients,
        SloAvailability, SloLatency, SloErrors, SloProjects, Alertmanager, KeysAhead,
    ];

    public static bool TryParseEndpoint(string text, out string host, out int port)
    {
        (host, port) = ("", 0);
        var colon = text.LastIndexOf(':');
        if (colon <= 0) return false;
        host = text[..colon].Trim('[', ']');
        return DecimalNumber.TryParse(text.AsSpan(colon + 1), out port)
            && port <= ushort.MaxValue
            && (IPAddress.TryParse(host, out _) || Uri.CheckHostName(host) == UriHostNameType.Dns);
    }

    public static bool TryParseSize(string text, out long sizeBytes)
    {
        sizeBytes = 0;
        foreach (var (unit, shift) in ((string, int)[])[("KiB", 10), ("MiB", 20), ("GiB", 30), ("B", 0), ("", 0)])
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (!DecimalNumber.TryParse(text.AsSpan(0, text.Length - unit.Length), out long number)
                || number > long.MaxValue >> shift) return false;
            sizeBytes = number << shift;
            return true;
        }

        return false;
    }

    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length < 2 || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var number) || number > 1e6) return false;
        duration = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(number),
            _ => TimeSpan.MinValue,
        };
        return duration >= TimeSpan.Zero;
    }

    private static string? NotEmpty(string value) => value.Length > 0 ? null : "must not be empty";

    private static string? IsEndpoint(string value) =>
        TryParseEndpoint(value, out _, out _) ? null : "must be HOST:PORT, such as 127.0.0.1:8443";

    private static string? IsDuration(string value) =>
        TryParseDuration(value, out _) ? null : "must be a duration such as 30s, 5m or 1h";

    private static string? DurationOrEmpty(string value) => value.Length == 0 ? null : IsDuration(value);

    public static bool TryParseTime(string text, out DateTimeOffset time) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out time);

    private static string? TimeOrEmpty(string value) => value.Length == 0 || TryParseTime(value, out _)
        ? null : "must be a time such as 2026-01-01T00:00:00Z";

    private static string? IsCount(string value) =>
        DecimalNumber.TryParse(value, out int count)
            && count is > 0 and <= 1_000_000
            ? null
            : "must be a number from 1 to 1000000";

    private static string? FileOrEmpty(string value) =>
        value.Length == 0 || File.Exists(value) ? null : "names a file that does not exist";

    private static Func<string, string?> OneOf(params string[] values) =>
        value => values.Contains(value) ? null : "must be one of " + string.Join(", ", values);
}
