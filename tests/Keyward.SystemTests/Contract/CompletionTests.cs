using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Shell completion as a shell sees it.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("keyward key cr", "create")]
    [InlineData("keyward keyring ", "create describe list")]
    [InlineData("keyward key create k --key", "--keyring")]
    [InlineData("keyward --format ", "json table")]
    [InlineData("keyward completion ", "bash fish pwsh zsh")]
    [InlineData("keyward nothing-like-it", "")]
    public async Task Bash_offers_what_fits(string line, string offered)
    {
        // What readline does: the words, the one the cursor is at, the function.
        var script = $$"""
            eval "$({{KeywardServer.Program}} completion bash)"
            read -ra COMP_WORDS <<< '{{line}}'
            [[ '{{line}}' == *' ' ]] && COMP_WORDS+=("")
            COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
            _keyward
            printf '%s\n' "${COMPREPLY[@]}" | sort
            """;
        var (code, output, errors) = await RunAsync("bash", ["-c", script]);
        Assert.True(code == 0, errors);
        Assert.Equal("", errors);
        var found = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(offered.Split(' ', StringSplitOptions.RemoveEmptyEntries), found);
    }

    [Theory]
    [InlineData("keyward key cr", "create")]
    [InlineData("keyward keyring ", "create describe list")]
    [InlineData("keyward key create k --key", "--keyring")]
    [InlineData("keyward nothing-like-it", "")]
    public async Task Fish_offers_what_fits(string line, string offered)
    {
        var (code, output, errors) = await RunAsync("fish", ["--no-config", "-c",
            $"keyward completion fish | source; complete -C '{line}'"]);
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(offered.Split(' ', StringSplitOptions.RemoveEmptyEntries), output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Zsh_reads_the_script_and_is_told_names_with_their_meanings()
    {
        // What its completion system does: words and the one the cursor is at; what it would show is printed.
        const string script = """
            compdef() { print "compdef $*" }
            _describe() { print -l "${(@P)2}" }
            eval "$(keyward completion zsh)"
            words=(keyward keyring ""); CURRENT=3; _keyward
            """;
        var (code, output, errors) = await RunAsync("zsh", ["-f", "-c", script]);
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(["compdef _keyward keyward", "create:Make a key ring.", "describe:Show a key ring.",
            "list:List the key rings of a location."], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task PowerShell_gets_a_script_that_asks_the_program()
    {
        var (code, output, _) = await KeywardServer.RunAsync(KeywardServer.Program, ["completion", "pwsh"]);
        Assert.Equal(0, code);
        Assert.Contains("keyward __complete", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_come_from_the_server_and_without_one_there_are_none()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        const string rings = "/v1/projects/default/locations/global/keyRings";
        await admin.PostAsync(rings + "?keyRingId=shop");
        await admin.PostAsync(rings + "/shop/cryptoKeys?cryptoKeyId=orders", """{"purpose":"ENCRYPT_DECRYPT"}""");
        await admin.PostAsync(rings + "/shop/cryptoKeys?cryptoKeyId=other", """{"purpose":"ENCRYPT_DECRYPT"}""");
        // A loaded machine may take longer than a typing person waits.
        (string, string)[] environment = [.. server.AdminEnvironment(), ("KEYWARD_COMPLETION_MS", "60000")];
        foreach (var (words, expected) in ((string[], string)[])[
            (["keyring", "describe", ""], "shop"), (["encrypt", "--keyring", "s"], "shop"),
            (["key", "describe", "--keyring", "shop", "or"], "orders"), (["encrypt", "--key", "shop/o"], "shop/orders shop/other"),
            (["key", "describe", ""], "shop/"), (["version", "describe", "--key", "shop/other", ""], "1"),
            (["key", "list", "--location", "us-"], "us-east-1 us-east1"), (["keyring", "create", "s"], "")])
        {
            var (code, output, errors) = await KeywardServer.RunAsync(
                KeywardServer.Program, ["__complete", .. words], null, environment);
            Assert.Equal((0, ""), (code, errors));
            var found = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')[0])
                .Where(l => !l.StartsWith('-')).Order(StringComparer.Ordinal);
            Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), found);
        }

        Assert.Equal(0, await server.StopAsync());
        var (silent, nothing, said) = await KeywardServer.RunAsync(
            KeywardServer.Program, ["__complete", "keyring", "describe", ""], null, environment);
        Assert.Equal((0, "", ""), (silent, nothing, said));
    }

    [Fact]
    public async Task Descriptions_stand_behind_a_tab()
    {
        var (code, output, _) = await KeywardServer.RunAsync(KeywardServer.Program, ["__complete", "keyring", ""]);
        Assert.Equal(0, code);
        Assert.Contains("create\tMake a key ring.", output.Split('\n'));
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(string shell, string[] arguments) =>
        KeywardServer.RunAsync(shell, arguments, null, ("PATH", Path.GetDirectoryName(KeywardServer.Program) + ":"
            + Environment.GetEnvironmentVariable("PATH")));
}
