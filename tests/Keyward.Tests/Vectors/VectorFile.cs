using Keyward.Tests.Tidy;

namespace Keyward.Tests.Vectors;

/// <summary>One case of a published file: its number there, whether it must work, and its fields.</summary>
internal sealed record VectorCase(string Number, bool IsValid, IReadOnlyList<string> Fields)
{
    public byte[] Bytes(int field) => Fields[field] == "-" ? [] : Convert.FromHexString(Fields[field]);
}

/// <summary>Published figures under tests/vectors, as tests/vectors/convert.py writes them. A file that is missing or
/// empty fails the test that asks for it.</summary>
internal static class VectorFile
{
    public static string Folder => Path.Combine(SourceTests.FindRoot(), "tests", "vectors");

    public static IReadOnlyList<VectorCase> Read(string name, int fields)
    {
        var cases = File.ReadLines(Path.Combine(Folder, name + ".txt"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(' '))
            .Select(parts => new VectorCase(parts[0], parts[1] == "valid", parts[2..]))
            .ToList();
        Assert.NotEmpty(cases);
        Assert.All(cases, c => Assert.Equal(fields, c.Fields.Count));
        Assert.Contains(cases, c => c.IsValid);
        return cases;
    }
}
