using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keyward.Server.Settings;

namespace Keyward.Delivery.Sinks;

/// <summary>One sink of the setting <c>audit.sinks</c>: <c>NAME=ADDRESS</c>, where the address's scheme says how it is
/// spoken to, and options stand in its query (<c>form</c>, <c>token_file</c> …). What else stands in the query is the
/// address's own.</summary>
internal sealed record SinkSettings(string Name, SinkKind Kind, Uri Address)
{
    private const int MaximumNameLength = 32;

    private static readonly (string Scheme, SinkKind Kind)[] Schemes =
    [
        ("file", SinkKind.File), ("syslog+tls", SinkKind.Syslog), ("https", SinkKind.Webhook),
        ("splunk+https", SinkKind.Splunk), ("elastic+https", SinkKind.Elastic), ("otlp+https", SinkKind.Otlp),
    ];

    private static readonly string[] Options =
        ["form", "ca_file", "token_file", "certificate_file", "key_file", "ack", "from", "class",
        "project"];

    /// <summary>The address with its options, as it was given.</summary>
    public required string Text { get; init; }

    /// <summary>One of <see cref="RecordForm.Names"/>.</summary>
    public string Form { get; private init; } = "keyward";

    /// <summary>Certificates (PEM) by which the other side is trusted besides the system's.</summary>
    public string? CaFile { get; private init; }

    /// <summary>A file of mode 0600 with the token that is sent; read again for each batch.</summary>
    public string? TokenFile { get; private init; }

    /// <summary>Our certificate, where the other side asks for one.</summary>
    public string? CertificateFile { get; private init; }

    public string? KeyFile { get; private init; }

    /// <summary>Splunk: records count only once the indexer has acknowledged them.</summary>
    public bool Acknowledged { get; private init; }

    /// <summary>A new sink gets what comes from now on, not the whole log.</summary>
    public bool FromNow { get; private init; }

    /// <summary>Which records it gets.</summary>
    public SinkFilter Filter { get; private init; } = new([], []);

    /// <summary>What is wrong with the text; null where it is good.</summary>
    public static string? WhyNot(string text)
    {
        if (text.Length == 0) return null;
        if (!TryParse(text, out var sink)) return "must be NAME=ADDRESS with one of the schemes "
            + string.Join(", ", Schemes.Select(s => s.Scheme)) + ", such as siem=splunk+https://splunk.example:8088";
        if (WhyNotOptions(sink) is { } option) return option;
        if (!RecordForm.Names.Contains(sink.Form)) return "form must be one of " + string.Join(", ", RecordForm.Names);
        if (sink is { Kind: SinkKind.Elastic, Form: "cef" }) return "form cef is no JSON, which Elasticsearch takes";
        if (sink.CertificateFile is null != sink.KeyFile is null) return "certificate_file and key_file go together";
        foreach (var unknown in sink.Filter.Classes.Except(SinkFilter.KnownClasses))
            return $"class {unknown} is none of " + string.Join(", ", SinkFilter.KnownClasses);
        foreach (var project in sink.Filter.Projects)
            if (!Vault.Names.ProjectId.TryParse(project, out _)) return $"project {project} is no project's id";
        foreach (var file in (string?[])[sink.CaFile, sink.TokenFile, sink.CertificateFile, sink.KeyFile])
            if (file is not null && !File.Exists(file)) return $"{file} does not exist";
        foreach (var file in (string?[])[sink.TokenFile, sink.KeyFile])
            if (file is not null && IsOpen(file)) return $"{file} can be read by others: chmod 600";
        if (sink.Kind == SinkKind.File && !Path.IsPathRooted(sink.Address.LocalPath))
            return "names a file by its whole path";
        return WhyNotTls(sink);
    }

    /// <summary>What is wrong with all of them together: how far a sink is stands in a file of its name, which two
    /// sinks cannot share without records that one of them never gets.</summary>
    public static string? WhyNot(IReadOnlyList<string> texts)
    {
        var names = texts.Where(t => t.Length > 0).Select(t => t.Split('=')[0]).ToList();
        return names.FirstOrDefault(n => names.Count(other => other == n) > 1) is { } twice
            ? $"names {twice} twice: each needs a name of its own" : null;
    }

    public static bool TryParse(string text, out SinkSettings sink)
    {
        sink = null!;
        var split = text.IndexOf('=', StringComparison.Ordinal);
        if (split is < 1 or > MaximumNameLength
            || !text[..split].All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            || !Uri.TryCreate(text[(split + 1)..], UriKind.Absolute, out var whole)
            || whole.UserInfo.Length > 0) return false;
        var kind = Schemes.FirstOrDefault(s => s.Scheme == whole.Scheme).Kind;
        if (kind == SinkKind.Unspecified || (kind != SinkKind.File && whole.Host.Length == 0)) return false;
        var (options, rest) = Split(whole.Query);
        sink = new SinkSettings(text[..split], kind, AddressOf(whole, kind, rest))
        {
            Text = text[(split + 1)..],
            Form = options.GetValueOrDefault("form", "keyward"),
            CaFile = FileOf(options, "ca_file"), TokenFile = FileOf(options, "token_file"),
            CertificateFile = FileOf(options, "certificate_file"), KeyFile = FileOf(options, "key_file"),
            Acknowledged = options.GetValueOrDefault("ack") == "true",
            Filter = SinkFilter.Of(options.GetValueOrDefault("class", ""), options.GetValueOrDefault("project", "")),
            FromNow = options.GetValueOrDefault("from") == "now",
        };
        return true;
    }

    private static Uri AddressOf(Uri whole, SinkKind kind, string query)
    {
        if (kind is SinkKind.File or SinkKind.Syslog) return whole;
        return new UriBuilder(whole)
        {
            Scheme = Uri.UriSchemeHttps, Query = query, Port = whole.Port > 0 ? whole.Port : DefaultPort(kind),
        }.Uri;
    }

    private static int DefaultPort(SinkKind kind) => kind switch
    {
        SinkKind.Splunk => 8088,
        SinkKind.Elastic => 9200,
        SinkKind.Otlp => 4318,
        SinkKind.Unspecified or SinkKind.File or SinkKind.Syslog or SinkKind.Webhook => 443,
    };

    private static (Dictionary<string, string> Options, string Others) Split(string query)
    {
        var options = new Dictionary<string, string>();
        var rest = new List<string>();
        foreach (var (part, name, value) in PartsOf(query))
            if (!Options.Contains(name)) rest.Add(part);
            else options[name] = Uri.UnescapeDataString(value);
        return (options, string.Join('&', rest));
    }

    private static IEnumerable<(string Part, string Name, string Value)> PartsOf(string query) =>
        from part in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
        let name = part.Split('=', 2)[0]
        select (part, name, part[Math.Min(part.Length, name.Length + 1)..]);

    /// <summary>An option that says nothing here would leave its author in the belief that it does.</summary>
    private static string? WhyNotOptions(SinkSettings sink)
    {
        var options = PartsOf(new Uri(sink.Text).Query).ToList();
        foreach (var (_, name, value) in options)
        {
            // What is sent with requests may have an address's own query; a file and a line of syslog have none.
            if (!Options.Contains(name) && sink.Kind is SinkKind.File or SinkKind.Syslog)
                return $"{name} is none of the options " + string.Join(", ", Options);
            if (Options.Contains(name) && options.Count(o => o.Name == name) > 1) return $"{name} is given twice";
            if (name == "ack" && sink.Kind != SinkKind.Splunk) return "ack is an option of splunk+https alone";
            if (name == "ack" && value is not ("true" or "false")) return "ack must be true or false";
            if (name == "from" && value != "now") return "from can only be now; a range is sent again by audit replay";
        }

        return sink is { Kind: SinkKind.Elastic, Address.AbsolutePath: "/" }
            ? "elastic+https names an index behind the host, such as elastic+https://elastic.example:9200/keyward"
            : null;
    }

    private static string? WhyNotTls(SinkSettings sink)
    {
        try
        {
            if (sink.CaFile is { } ca)
            {
                var roots = new X509Certificate2Collection();
                roots.ImportFromPemFile(ca);
                if (roots.Count == 0) return $"{ca} holds no certificate in PEM";
                foreach (var root in roots) root.Dispose();
            }
        }
        catch (CryptographicException)
        {
            return $"{sink.CaFile} holds a certificate that cannot be read as PEM";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"{sink.CaFile} cannot be read: {failure.Message.TrimEnd('.')}";
        }

        try
        {
            if (sink.CertificateFile is { } certificate)
                X509Certificate2.CreateFromPemFile(certificate, sink.KeyFile).Dispose();
            return null;
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            return $"{sink.CertificateFile} and {sink.KeyFile} are no certificate and its own private key, both in PEM";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"certificate_file or key_file cannot be read: {failure.Message.TrimEnd('.')}";
        }
    }

    private static string? FileOf(Dictionary<string, string> options, string name) =>
        options.GetValueOrDefault(name) is { Length: > 0 } file ? ServerSettings.Expand(file) : null;

    private static bool IsOpen(string file) =>
        (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}={Address}");
}
