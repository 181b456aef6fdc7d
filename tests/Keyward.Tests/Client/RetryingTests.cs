using Grpc.Core;
using Grpc.Core.Interceptors;
using Keyward.Client;
using Keyward.Protos.V1;

namespace Keyward.Tests.Client;

/// <summary>A changing call whose answer was lost is sent again under the same name.</summary>
public sealed class RetryingTests
{
    private static readonly RpcException Lost = new(new Status(
        StatusCode.Unavailable, "cut", new HttpRequestException("The response ended prematurely.")));

    private static readonly RpcException NeverSent = new(new Status(StatusCode.Unavailable, "refused",
        new HttpRequestException("refused", new System.Net.Sockets.SocketException(
            (int)System.Net.Sockets.SocketError.ConnectionRefused))));

    private static readonly RpcException Refused = new(
        new Status(StatusCode.Unavailable, "the store is away"), new Metadata { { "x", "y" } });

    [Fact]
    public async Task A_lost_answer_is_asked_for_under_the_same_name()
    {
        var server = new Wire(Lost, Lost, null);
        Assert.Equal(7, (await RotateAsync(server)).Generation);
        Assert.Equal(3, server.Names.Count);
        Assert.Single(server.Names.Distinct());
        Assert.NotNull(server.Names[0]);
        var next = new Wire(null, null);
        await RotateAsync(next);
        await RotateAsync(next);
        Assert.Equal(2, next.Names.Distinct().Count());
    }

    [Fact]
    public async Task What_was_answered_or_never_sent_is_not_repeated_nor_anything_for_ever()
    {
        foreach (var failure in (RpcException[])[NeverSent, Refused])
        {
            var server = new Wire(failure, null);
            await Assert.ThrowsAsync<RpcException>(() => RotateAsync(server));
            Assert.Single(server.Names);
        }

        var gone = new Wire(Lost, Lost, Lost, Lost);
        await Assert.ThrowsAsync<RpcException>(() => RotateAsync(gone));
        Assert.Equal(3, gone.Names.Count);
        var reading = new Wire((RpcException?)null);
        await new Roots.RootsClient(reading.Intercept(new Retrying())).GetRootAsync(new GetRootRequest());
        Assert.Null(Assert.Single(reading.Names));
    }

    private static async Task<Root> RotateAsync(Wire server) =>
        await new Roots.RootsClient(server.Intercept(new Retrying())).RotateRootAsync(new RotateRootRequest());

    /// <summary>Answers as it is told: null is a good answer.</summary>
    private sealed class Wire(params RpcException?[] answers) : CallInvoker
    {
        private int _next;

        public List<string?> Names { get; } = [];

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            Names.Add(options.Headers?.GetValue("x-keyward-idempotency-key"));
            var failure = answers[_next++];
            return new AsyncUnaryCall<TResponse>(failure is null
                    ? Task.FromResult((TResponse)(object)new Root { Generation = 7 })
                    : Task.FromException<TResponse>(failure),
                Task.FromResult(new Metadata()), () => failure?.Status ?? Status.DefaultSuccess, () => [], () => { });
        }

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            throw new NotSupportedException();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            throw new NotSupportedException();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException();

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException();
    }
}
