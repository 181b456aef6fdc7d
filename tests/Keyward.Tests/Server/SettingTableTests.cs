using Keyward.Server.Settings;
using Keyward.Tests.Pages;

namespace Keyward.Tests.Server;

public sealed class SettingTableTests
{
    /// <summary>The page is made from the table; this test says what it should be when they differ.</summary>
    [Fact]
    public void The_settings_page_is_the_table()
    {
        var expected = "# Settings\nA flag beats the environment, which beats `keyward.json` " +
            "(`--config`, else in the data folder, else `/etc/keyward`). What is live changes by SIGHUP\n" +
            "(`systemctl reload keyward`), the rest by a restart; a reload with any error changes nothing.\n\n" +
            "| setting | flag | environment | default | live | meaning |\n| --- | --- | --- | --- | --- | --- |\n" +
            string.Concat(SettingTable.All.Select(s =>
                $"| `{s.Name}` | {(s.Flag is null ? "" : $"`{s.Flag}`")} | `{s.Variable}` | " +
                $"{(s.Default.Length == 0 ? "" : $"`{s.Default}`")} | {(s.IsLive ? "yes" : "")} | {s.Description} |\n"));
        GeneratedPage.Check("docs/reference/settings.md", expected);
    }

    [Fact]
    public void Every_default_is_good() =>
        Assert.All(SettingTable.All, s => Assert.All(s.IsList ? s.Default.Split(',') : [s.Default], v => Assert.Null(s.Judge(v))));
}
