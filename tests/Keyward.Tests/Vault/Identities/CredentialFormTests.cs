using System.Text.RegularExpressions;
using Keyward.Vault.Identities;

namespace Keyward.Tests.Vault.Identities;

/// <summary>The forms by which leaked credentials are found, and the rules that find them.</summary>
public sealed class CredentialFormTests
{
    [Fact]
    public void Every_form_is_recognised_and_no_neighbour_of_it()
    {
        for (var i = 0; i < 100; i++)
        {
            foreach (var mark in (string[])[CredentialForm.AccessKeyMark, CredentialForm.SessionKeyMark])
            {
                var key = CredentialForm.NewAccessKeyId(mark);
                Assert.Equal(20, key.Length);
                Assert.True(CredentialForm.IsAccessKeyId(key));
                for (var at = 0; at < key.Length; at++)
                    Assert.False(CredentialForm.IsAccessKeyId(Altered(key, at)));
            }

            var file = CredentialForm.NewKeyFileId();
            Assert.Equal(40, file.Length);
            Assert.True(CredentialForm.IsKeyFileId(file));
            for (var at = 0; at < file.Length; at++) Assert.False(CredentialForm.IsKeyFileId(Altered(file, at)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("AKIAKW")]
    [InlineData("AKIAIOSFODNN7EXAMPLE")]
    public void Others_forms_are_not_ours(string text)
    {
        Assert.False(CredentialForm.IsAccessKeyId(text));
        Assert.False(CredentialForm.IsKeyFileId(text));
        Assert.False(AccessToken.HasForm(text));
    }

    [Fact]
    public void The_scanner_rules_find_each_form_and_nothing_of_aws_or_google()
    {
        var rules = Regex.Matches(File.ReadAllText(Path.Combine(Root(), "deploy/scanner-rules/gitleaks.toml")),
            "regex = '''(.+?)'''").Select(m => new Regex(m.Groups[1].Value)).ToList();
        Assert.Equal(3, rules.Count);
        var token = AccessToken.Prefix + new string('a', 80);
        token += "." + CredentialForm.SumOf(token);
        Assert.True(AccessToken.HasForm(token));
        foreach (var text in (string[])
        [
            $"Authorization: Bearer {token}", CredentialForm.NewAccessKeyId(CredentialForm.AccessKeyMark),
            CredentialForm.NewAccessKeyId(CredentialForm.SessionKeyMark),
            $"\"private_key_id\": \"{CredentialForm.NewKeyFileId()}\"",
        ]) Assert.Single(rules, r => r.IsMatch(text));
        foreach (var text in (string[])
        [
            "AKIAIOSFODNN7EXAMPLE", "\"private_key_id\": \"0123456789abcdef0123456789abcdef01234567\"", "kwt1.short",
        ]) Assert.DoesNotContain(rules, r => r.IsMatch(text));
    }

    private static string Altered(string text, int at) =>
        text[..at] + (text[at] is '2' ? '3' : '2') + text[(at + 1)..];

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Keyward.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
