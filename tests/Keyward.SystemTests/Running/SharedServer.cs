namespace Keyward.SystemTests.Running;

/// <summary>One server for all tests of a class whose cases do not get into each other's way: a start costs more than most
/// of them.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private readonly TemporaryData _data = new();

    internal KeywardServer Server { get; private set; } = null!;

    internal RestClient Admin { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await KeywardServer.StartAsync(_data.In("kms"));
        Admin = new RestClient(Server);
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await Server.DisposeAsync();
        _data.Dispose();
    }
}
