using System.Text;
using CsCheck;
using Keyward.Server.Settings;
using Keyward.Tests.Conformance;
using Keyward.Vault.Federation;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Names;

namespace Keyward.Tests.Models;

/// <summary>Fuzz targets of parsers that take text or bytes from outside: each mutation is read or refused and breaks
/// nothing, and what is read as a name is printed as it came. Run longer with CsCheck_Time; a failing seed is printed.</summary>
public sealed class MutatedTextTests
{
    private const string Version = "projects/default/locations/us-east-1/keyRings/r/cryptoKeys/k/cryptoKeyVersions/17";

    private const string Keys = """
        {"keys":[{"kty":"RSA","kid":"a","use":"sig","alg":"RS256","e":"AQAB","n":"MODULUS"},
         {"kty":"EC","kid":"b","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
          "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}
        """;

    private static readonly string[] Pieces =
    [
        "/", "//", "projects/", "..", "0", "-1", "+", " ", "\u0000", "\u00e9", "\ud83d\udd11", "99999999999", "%2F", "\"", "{", "}", "[", "]",
        ",", ":", "null", "1e999", "\\u0000", "\\ud800", "/*", "//", "AQAB", "=", "kty", "\"d\":\"x\",", "A", "_", "@", "\n",
    ];

    private static readonly Gen<(int, int, int)[]> Mutations =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1_000], Gen.Int[0, Pieces.Length - 1]).Array[1, 4];

    [Fact]
    public void A_name_that_is_read_is_printed_as_it_came() => Mutations.Sample(mutations =>
    {
        var text = Mutated(Version, mutations);
        if (VersionName.TryParse(text, out var version)) Assert.Equal(text, version.ToString());
        if (KeyName.TryParse(text, out var key)) Assert.Equal(text, key.ToString());
        if (!ResourceName.TryParse(text, out var resource)) return;
        var printed = resource.Version?.ToString() ?? resource.Job?.ToString() ?? resource.Key?.ToString()
            ?? resource.Ring?.ToString() ?? resource.Location?.ToString() ?? resource.Project.FullName;
        Assert.Equal(text, printed);
    });

    [Fact]
    public void Key_sets_of_issuers_are_read_or_refused()
    {
        var good = Keys.Replace("MODULUS", new string('v', 341) + "w", StringComparison.Ordinal);
        Assert.Equal(2, KeySet.TryParse(Encoding.UTF8.GetBytes(good))?.Count);
        Mutations.Sample(mutations =>
        {
            if (KeySet.TryParse(TextMutation.Bytes(Mutated(good, mutations))) is { } keys) Assert.InRange(keys.Count, 1, 32);
        });
    }

    [Fact]
    public void Configuration_files_are_read_or_every_error_is_named()
    {
        const string good = """
            { // a comment
              "locations": ["global", "us-east-1"], "log.level": "info", "clock.skew": "60s", "audit.reserve": "1MiB",
              "limits.connections": 100, "metrics.auth": "open", }
            """;
        using var folder = new TemporaryFolder();
        var file = folder.In("keyward.json");
        Mutations.Sample(mutations =>
        {
            File.WriteAllBytes(file, TextMutation.Bytes(Mutated(good, mutations)));
            var reader = SettingReader.Read(new Dictionary<string, string>(), new Dictionary<string, string>(), file);
            Assert.All(reader.Errors, error => Assert.Contains(file, error, StringComparison.Ordinal));
            if (reader.Errors.Count == 0) _ = ServerSettings.Of(reader);
        }, iter: 2_000, threads: 1);
    }

    [Fact]
    public void Contexts_are_one_to_one_with_their_encoding()
    {
        var names = Gen.Char['\u0020', '\uffff'].Array[0, 6].Select(c => new string([.. c.Where(x => !char.IsSurrogate(x))]));
        Gen.Dictionary(names, names)[0, 4].Select(Gen.Dictionary(names, names)[0, 4]).Sample((a, b) =>
        {
            if (!Context.TryFromPairs(a, out var first) || !Context.TryFromPairs(b, out var second)) return;
            var same = a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var value) && value == pair.Value);
            Assert.Equal(same, first.Encoded.SequenceEqual(second.Encoded));
        });
    }

    private static string Mutated(string text, (int Kind, int At, int Piece)[] mutations)
    {
        foreach (var (kind, at, piece) in mutations) text = TextMutation.Apply(text, kind, at, Pieces[piece]);
        return text;
    }
}
