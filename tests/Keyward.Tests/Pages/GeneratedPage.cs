using Keyward.Tests.Tidy;

namespace Keyward.Tests.Pages;

/// <summary>A page that is made from a list of the program's. With <c>WRITE_PAGES=1</c> the tests write it; without, they
/// compare.</summary>
internal static class GeneratedPage
{
    public static void Check(string path, string expected)
    {
        var file = Path.Combine(SourceTests.FindRoot(), path);
        if (Environment.GetEnvironmentVariable("WRITE_PAGES") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, expected);
        }

        var found = File.Exists(file) ? File.ReadAllText(file) : "";
        Assert.True(found == expected, $"{path} is not what the program says; make it by: WRITE_PAGES=1 ./test");
    }
}
