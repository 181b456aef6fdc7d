using Keyward.Server.Settings;
using Keyward.Tests.Conformance;

namespace Keyward.Tests.Server;

public sealed class SettingReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_flag_beats_the_environment_which_beats_the_file()
    {
        var file = File("""{ "listen": "127.0.0.1:1", "locations": ["a"], "audit": { "reserve": "1MiB" }, }""");
        var reader = SettingReader.Read(new Dictionary<string, string> { ["--listen"] = "127.0.0.1:3" },
            new Dictionary<string, string> { ["KEYWARD_LISTEN"] = "127.0.0.1:2", ["KEYWARD_LOCATIONS"] = "b,c" }, file);
        Assert.Empty(reader.Errors);
        Assert.Equal("127.0.0.1:3", reader[SettingTable.Listen]);
        Assert.Equal("b,c", reader[SettingTable.Locations]);
        Assert.Equal("1MiB", reader[SettingTable.AuditReserve]);
        var origins = reader.Values.ToDictionary(v => v.Setting.Name, v => v.Origin);
        Assert.Equal(("flag --listen", "environment KEYWARD_LOCATIONS", file, "default"),
            (origins["listen"], origins["locations"], origins["audit.reserve"], origins["root"]));
    }

    [Fact]
    public void A_join_token_that_a_script_left_empty_makes_no_deployment_of_its_own()
    {
        var reader = SettingReader.Read(
            new Dictionary<string, string> { ["--join"] = "" }, new Dictionary<string, string>(), File("{}"));
        Assert.Contains("flag --join: is empty", Assert.Single(reader.Errors));
    }

    [Theory]
    [InlineData("--clock", "2040-01-01T00:00:00Z")]
    [InlineData("--seed", "seed.json")]
    public void What_only_a_development_server_has_is_refused_without_it(string flag, string value)
    {
        var file = File("{}");
        if (flag == "--seed") System.IO.File.WriteAllText(value = _folder.In(value), "{}");
        var flags = new Dictionary<string, string> { [flag] = value };
        Assert.Equal($"flag {flag}: counts for a development server alone: --dev",
            Assert.Single(SettingReader.Read(flags, new Dictionary<string, string>(), file).Errors));
        flags["--dev"] = "true";
        Assert.Empty(SettingReader.Read(flags, new Dictionary<string, string>(), file).Errors);
    }

    [Fact]
    public void A_node_that_joined_finds_its_store_in_its_folder_unless_a_setting_names_one()
    {
        var data = _folder.In("joined");
        Directory.CreateDirectory(data);
        var store = Path.Combine(data, ServerSettings.JoinedStore);
        System.IO.File.WriteAllText(store, "Host=a");
        Assert.Equal(("postgres", store), Read([]));
        Assert.Equal(("sqlite", ""), Read(new() { ["KEYWARD_STORAGE"] = "sqlite" }));
        var own = Path.Combine(data, "own");
        System.IO.File.WriteAllText(own, "Host=b");
        Assert.Equal(("postgres", own), Read(
            new() { ["KEYWARD_STORAGE"] = "postgres", ["KEYWARD_POSTGRES_FILE"] = own }));
        System.IO.File.Delete(store);
        Assert.Equal(("sqlite", ""), Read([]));

        (string, string) Read(Dictionary<string, string> environment)
        {
            var reader = SettingReader.Read(
                new Dictionary<string, string> { ["--data"] = data }, environment, File("""{ "locations": ["a"] }"""));
            Assert.Empty(reader.Errors);
            return (reader[SettingTable.Storage], reader[SettingTable.PostgresFile]);
        }
    }

    [Fact]
    public void All_errors_are_found_at_once_and_named()
    {
        var reader = SettingReader.Read(new Dictionary<string, string> { ["--listen"] = "nowhere" },
            new Dictionary<string, string> { ["KEYWARD_LOCATION_S"] = "x", ["KEYWARD_ROOT"] = "tape" },
            File("""{ "listenn": "127.0.0.1:1", "clock.skew": "soon" }"""));
        Assert.Equal(5, reader.Errors.Count);
        Assert.Contains(reader.Errors, e => e.Contains("listenn") && e.Contains("Did you mean \"listen\"?"));
        Assert.Contains(reader.Errors, e => e.Contains("clock.skew"));
        Assert.Contains(reader.Errors, e => e.Contains("KEYWARD_LOCATION_S"));
        Assert.Contains(reader.Errors, e => e.Contains("environment KEYWARD_ROOT: root must be one of"));
        Assert.Contains(reader.Errors, e => e.Contains("flag --listen"));
    }

    [Fact]
    public void What_clients_and_kubernetes_set_is_left_alone() => Assert.Empty(SettingReader.Read(
        new Dictionary<string, string>(), new Dictionary<string, string>
        {
            ["KEYWARD_ADDR"] = "x", ["KEYWARD_CA"] = "x", ["KEYWARD_SERVICE_HOST"] = "10.0.0.1",
            ["KEYWARD_PORT"] = "tcp://10.0.0.1:8443", ["KEYWARD_PORT_8443_TCP_ADDR"] = "10.0.0.1",
        }, null).Errors);

    [Fact]
    public void A_missing_configuration_file_is_an_error() => Assert.Single(SettingReader.Read(
        new Dictionary<string, string>(), new Dictionary<string, string>(), _folder.In("none.json")).Errors);

    [Theory]
    [InlineData("64MiB", 64L << 20)]
    [InlineData("1024", 1024)]
    [InlineData("2GiB", 2L << 30)]
    public void Sizes_have_units(string text, long expected)
    {
        Assert.True(SettingTable.TryParseSize(text, out var size));
        Assert.Equal(expected, size);
    }

    private string File(string json)
    {
        var path = _folder.In("keyward.json");
        System.IO.File.WriteAllText(path, json);
        return path;
    }
}
