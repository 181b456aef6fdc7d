using Keyward.Tests.Conformance;
using Keyward.Tests.Tidy;

namespace Keyward.Tests.Deploy;

/// <summary>The Helm chart, rendered by <c>tests/deploy/render.go</c>: Go's template engine with the functions that helm
/// gives it.</summary>
public sealed class Chart : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private GoProgram _render = null!;

    public static string Folder { get; } = Path.Combine(SourceTests.FindRoot(), "deploy/helm/keyward");

    public async ValueTask InitializeAsync() =>
        _render = await GoProgram.BuildAsync(Path.Combine(SourceTests.FindRoot(), "tests/deploy/render.go"));

    public ValueTask DisposeAsync()
    {
        _render.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The manifests, or what helm would have said instead.</summary>
    public async Task<(int Code, string Output)> RenderAsync(string values)
    {
        var file = _folder.In(Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, values);
        return await _render.RunAsync("-f", file, Folder, "kw", "prod");
    }
}
