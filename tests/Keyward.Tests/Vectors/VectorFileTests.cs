namespace Keyward.Tests.Vectors;

public sealed class VectorFileTests
{
    [Fact]
    public void Every_vector_file_says_where_it_is_from_and_under_which_licence()
    {
        var files = Directory.GetFiles(VectorFile.Folder, "*.txt");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var header = File.ReadLines(file).TakeWhile(line => line.StartsWith('#')).ToList();
            foreach (var word in (string[])["origin", "version", "licence", "sha256", "fields"])
                Assert.True(header.Any(line => line.StartsWith($"# {word}: ", StringComparison.Ordinal)),
                    $"{Path.GetFileName(file)} has no line '# {word}: …': write it by tests/vectors/convert.py");
        }
    }
}
