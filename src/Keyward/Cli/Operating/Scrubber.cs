using System.Text.RegularExpressions;

namespace Keyward.Cli.Operating;

/// <summary>Masks what must not stand in a log: Keyward's credentials in all their forms, private keys, passwords in
/// addresses, and what the user's own rules name. A line keeps its length in lines: one in, one out.</summary>
internal sealed partial class Scrubber
{
    public const string Mask = "[masked]";

    /// <summary>A rule of the user's may not make the filter hang.</summary>
    private static readonly TimeSpan RuleLimit = TimeSpan.FromSeconds(1);

    private readonly List<(Regex Pattern, string Replacement)> _rules =
    [
        (AccessToken(), Mask), (Bearer(), "$1" + Mask), (Jwt(), Mask), (NamedSecret(), "$1" + Mask + "$3"),
        (Signature(), "$1" + Mask), (Address(), "$1" + Mask + "@"),
    ];

    private bool _inKey;

    /// <param name="rules">One regular expression a line; what it matches, or its first group, is masked. Blank lines
    /// and lines that begin with # are passed over.</param>
    public Scrubber(IEnumerable<string> rules)
    {
        foreach (var (line, at) in rules.Select((r, i) => (r.Trim(), i + 1)))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            try
            {
                _rules.Add((new Regex(line, RegexOptions.CultureInvariant, RuleLimit), ""));
            }
            catch (ArgumentException failure)
            {
                throw new UsageException($"Line {at} of the rules is no regular expression: {failure.Message}");
            }
        }
    }

    public int Masked { get; private set; }

    public string Line(string line)
    {
        if (_inKey || line.Contains("-----BEGIN ", StringComparison.Ordinal)) return KeyLine(line);
        foreach (var (pattern, replacement) in _rules)
            line = pattern.Replace(line, match =>
            {
                Masked++;
                if (replacement.Length > 0) return match.Result(replacement);
                return match.Groups.Count > 1 && match.Groups[1].Success
                    ? string.Concat(match.Value.AsSpan(0, match.Groups[1].Index - match.Index), Mask,
                        match.Value.AsSpan(match.Groups[1].Index - match.Index + match.Groups[1].Length))
                    : Mask;
            });
        return line;
    }

    /// <summary>A private key in PEM, in one line with escaped ends of lines or in many.</summary>
    private string KeyLine(string line)
    {
        if (!_inKey && !line.Contains("PRIVATE KEY", StringComparison.Ordinal)) return line;
        if (!_inKey) Masked++;
        var begin = _inKey ? 0 : line.IndexOf("-----BEGIN ", StringComparison.Ordinal);
        var end = EndOfKey().Match(line);
        _inKey = !end.Success;
        return line[..begin] + Mask + (end.Success ? Line(line[(end.Index + end.Length)..]) : "");
    }

    [GeneratedRegex(@"\bkwt1\.[A-Za-z0-9_-]{40,12000}\.[0-9a-f]{8}\b")]
    private static partial Regex AccessToken();

    [GeneratedRegex(@"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}")]
    private static partial Regex Bearer();

    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+")]
    private static partial Regex Jwt();

    [GeneratedRegex("(?i)((?:secret_?access_?key|client_?secret|session_?token|password|passwd|passphrase|" +
        "access_?token|refresh_?token|private_?key)[\"']?\\s*[:=]\\s*[\"']?)" +
        "(?!\\[masked\\])([^\\s\"',;&]{6,})([\"']?)")]
    private static partial Regex NamedSecret();

    [GeneratedRegex(@"(?i)((?:X-Amz-Signature=|Signature=|X-Amz-Security-Token=))[A-Za-z0-9%/+=]{16,}")]
    private static partial Regex Signature();

    [GeneratedRegex(@"(?i)(\b[a-z][a-z0-9+.-]*://[^\s:/@]+:)[^\s/@]+@")]
    private static partial Regex Address();

    [GeneratedRegex("-----END [A-Z ]*PRIVATE KEY-----")]
    private static partial Regex EndOfKey();
}
