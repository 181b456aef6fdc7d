using Keyward.Tests.Tidy;

namespace Keyward.Tests.Vectors;

/// <summary>One case of a published file: its number there, whether it must work, and its fields.</summary>
internal sealed record VectorCase(string Number, Verdict Verdict, IReadOnlyList<string> Fields)
{
    public bool IsValid => Verdict == Verdict.Valid;

    public byte[] Bytes(int field) => Fields[field] == "-" ? [] : Convert.FromHexString(Fields[field]);
}

internal enum Verdict
{
    Valid,
    Invalid,

    /// <summary>Either answer is right.</summary>
    Acceptable,
}

/// <summary>Published figures under tests/vectors, as tests/vectors/convert.py writes them. A file that is missing or
/// empty fails the test that asks for it.</summary>
internal static class VectorFile
{
    public static string Folder => Path.Combine(SourceTests.FindRoot(), "tests", "vectors");

    public static IReadOnlyList<VectorCase> Read(string name, int fields)
    {
        var lines = File.ReadLines(Path.Combine(Folder, name + ".txt"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(' '))
            .ToList();
        var shared = lines.Where(parts => parts[0][0] == '@').ToDictionary(parts => parts[0], parts => parts[1]);
        var cases = lines.Where(parts => parts[0][0] != '@')
            .Select(parts => new VectorCase(parts[0], Parse(parts[1]),
                [.. parts[2..].Select(p => p[0] == '@' ? shared[p] : p)]))
            .ToList();
        Assert.NotEmpty(cases);
        Assert.All(cases, c => Assert.Equal(fields, c.Fields.Count));
        Assert.Contains(cases, c => c.IsValid);
        return cases;
    }

    private static Verdict Parse(string word) => word switch
    {
        "valid" => Verdict.Valid,
        "invalid" => Verdict.Invalid,
        "acceptable" => Verdict.Acceptable,
        _ => throw new FormatException($"A verdict is not '{word}'."),
    };
}
