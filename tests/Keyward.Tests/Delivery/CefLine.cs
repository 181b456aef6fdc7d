using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Keyward.Tests.Delivery;

/// <summary>A line as a collector of ArcSight's Common Event Format reads it: the rules of "CEF Implementation Standard"
/// (version 0), written here a second time.</summary>
internal sealed partial class CefLine
{
    /// <summary>What of the standard's dictionary is written: the kind of value and its length in characters.</summary>
    private static readonly Dictionary<string, (char Kind, int Length)> Dictionary = new()
    {
        ["rt"] = ('t', 0), ["externalId"] = ('s', 40), ["cat"] = ('s', 1_023), ["app"] = ('s', 31), ["suid"] = ('s', 1_023),
        ["suser"] = ('s', 1_023), ["src"] = ('4', 0), ["c6a2"] = ('6', 0), ["c6a2Label"] = ('s', 1_023), ["spt"] = ('p', 0),
        ["requestClientApplication"] = ('s', 1_023), ["outcome"] = ('s', 63), ["reason"] = ('s', 1_023), ["msg"] = ('s', 1_023),
        ["dvchost"] = ('s', 100), ["deviceExternalId"] = ('s', 255),
        ["cn1"] = ('n', 0), ["cn2"] = ('n', 0), ["cn1Label"] = ('s', 1_023), ["cn2Label"] = ('s', 1_023),
    };

    /// <summary>The longest that the fields of the header may be: vendor, product, version, class, name, severity.</summary>
    private static readonly int[] HeaderLengths = [63, 63, 31, 1_023, 512, 2];

    static CefLine()
    {
        for (var i = 1; i <= 6; i++)
            (Dictionary[$"cs{i}"], Dictionary[$"cs{i}Label"]) = (('s', 4_000), ('s', 1_023));
    }

    private CefLine(IReadOnlyList<string> header, IReadOnlyDictionary<string, string> extension) =>
        (Header, Extension) = (header, extension);

    /// <summary>The six fields behind the version, unescaped.</summary>
    public IReadOnlyList<string> Header { get; }

    public IReadOnlyDictionary<string, string> Extension { get; }

    public static CefLine Parse(string line)
    {
        Assert.DoesNotContain(line, c => char.IsControl(c) || c is '\u2028' or '\u2029');
        Assert.StartsWith("CEF:0|", line);
        var header = new List<string>();
        var field = new StringBuilder();
        var at = "CEF:0|".Length;
        for (; header.Count < HeaderLengths.Length; at++)
            if (line[at] == '|')
            {
                header.Add(field.ToString());
                field.Clear();
            }
            else if (line[at] == '\\')
            {
                Assert.Contains(line[++at], "\\|");
                field.Append(line[at]);
            }
            else
            {
                field.Append(line[at]);
            }

        for (var i = 0; i < header.Count; i++) Assert.InRange(header[i].Length, 1, HeaderLengths[i]);
        Assert.InRange(int.Parse(header[5], CultureInfo.InvariantCulture), 0, 10);
        return new CefLine(header, Pairs(line[at..]));
    }

    /// <summary>A name begins the extension or follows a blank, and ends at an equals sign that is not escaped.</summary>
    private static Dictionary<string, string> Pairs(string text)
    {
        var names = Name().Matches(text);
        Assert.Equal(0, names[0].Index);
        var pairs = new Dictionary<string, string>();
        for (var i = 0; i < names.Count; i++)
        {
            var begin = names[i].Index + names[i].Length;
            var name = names[i].Groups["name"].Value;
            var value = Unescape(text[begin..(i + 1 < names.Count ? names[i + 1].Index : text.Length)]);
            Assert.True(pairs.TryAdd(name, value), name + " stands twice");
            Assert.True(Dictionary.TryGetValue(name, out var entry), name + " is not in the dictionary");
            Assert.True(IsOf(entry.Kind, entry.Length, value), $"{name} cannot be {value}");
        }

        // A custom field has no meaning without its label, and a label none without its field.
        foreach (var name in pairs.Keys.Where(n => n.StartsWith('c') && char.IsDigit(n[^1]))) Assert.Contains(name + "Label", pairs.Keys);
        foreach (var name in pairs.Keys.Where(n => n.EndsWith("Label", StringComparison.Ordinal))) Assert.Contains(name[..^5], pairs.Keys);
        return pairs;
    }

    private static bool IsOf(char kind, int length, string value) => kind switch
    {
        's' => value.Length > 0 && value.Length <= length,
        't' => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var time) && time > 1_000_000_000_000,
        '4' => IPAddress.TryParse(value, out var address) && address.AddressFamily == AddressFamily.InterNetwork,
        '6' => IPAddress.TryParse(value, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6,
        'p' => ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _),
        _ => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _),
    };

    private static string Unescape(string text)
    {
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            Assert.NotEqual('=', text[at]);
            if (text[at] != '\\')
            {
                plain.Append(text[at]);
                continue;
            }

            Assert.Contains(text[++at], "\\=nr");
            plain.Append(text[at] switch { 'n' => '\n', 'r' => '\r', var other => other });
        }

        return plain.ToString();
    }

    [GeneratedRegex(@"(?:^| )(?<name>[A-Za-z0-9_]+)=")]
    private static partial Regex Name();
}
