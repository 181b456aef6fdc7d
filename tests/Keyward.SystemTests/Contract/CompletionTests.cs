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
        var folder = Path.GetDirectoryName(KeywardServer.Program);
        var (code, output, errors) = await KeywardServer.RunAsync("bash", ["-c", script], null,
            ("PATH", $"{folder}:{Environment.GetEnvironmentVariable("PATH")}"));
        Assert.True(code == 0, errors);
        Assert.Equal("", errors);
        var found = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(offered.Split(' ', StringSplitOptions.RemoveEmptyEntries), found);
    }

    [Theory]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task The_other_shells_get_a_script_that_asks_the_program(string shell)
    {
        var (code, output, _) = await KeywardServer.RunAsync(KeywardServer.Program, ["completion", shell]);
        Assert.Equal(0, code);
        Assert.Contains("keyward __complete", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Descriptions_stand_behind_a_tab()
    {
        var (code, output, _) = await KeywardServer.RunAsync(KeywardServer.Program, ["__complete", "keyring", ""]);
        Assert.Equal(0, code);
        Assert.Contains("create\tMake a key ring.", output.Split('\n'));
    }
}
