using System.Net;
using System.Net.Sockets;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>A server, or whatever took its port, that takes a connection and says nothing.</summary>
public sealed class SilentServerTests : IDisposable
{
    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);
    private readonly TemporaryData _data = new();

    [Fact]
    public async Task A_command_says_that_there_was_no_answer_and_not_that_it_was_interrupted()
    {
        _silent.Start();
        var address = _silent.LocalEndpoint.ToString()!;
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        var (code, output, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["keyring", "list", "--location", "global", "--addr", address], null, server.AdminEnvironment());
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"keyward: The server at {address} does not answer: ", errors);
    }

    public void Dispose()
    {
        _silent.Dispose();
        _data.Dispose();
    }
}
