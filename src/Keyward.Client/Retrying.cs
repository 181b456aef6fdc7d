using System.Net.Sockets;
using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Keyward.Client;

/// <summary>Gives each changing call a name of its own (<c>x-keyward-idempotency-key</c>) and repeats it under that
/// name where its answer was lost: the server carries it out once. A repeated call that had been carried out ends with
/// the reason <c>ALREADY_DONE</c>, so that its outcome is known.</summary>
internal sealed class Retrying : Interceptor
{
    private const string Header = "x-keyward-idempotency-key";
    private const int Attempts = 3;
    private const int KeySizeBytes = 16;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Beginnings of methods that change nothing; repeating them needs no name.</summary>
    private static readonly string[] Uses =
    [
        "Get", "List", "Read", "Encrypt", "Decrypt", "Raw", "Mac", "Asymmetric", "Test", "Generate", "Verify", "Count",
    ];

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        if (!Uses.Any(u => context.Method.Name.StartsWith(u, StringComparison.Ordinal)))
        {
            var headers = new Metadata();
            foreach (var entry in context.Options.Headers ?? []) headers.Add(entry);
            headers.Add(Header, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeySizeBytes)));
            context = new ClientInterceptorContext<TRequest, TResponse>(
                context.Method, context.Host, context.Options.WithHeaders(headers));
        }

        var attempt = new Attempt<TResponse>(() => continuation(request, context));
        var answer = attempt.RunAsync(context.Options.CancellationToken);
        return new AsyncUnaryCall<TResponse>(answer, attempt.HeadersAsync(answer), () => attempt.Call.GetStatus(),
            () => attempt.Call.GetTrailers(), () => attempt.Call.Dispose());
    }

    /// <summary>The server did not answer, and may have been asked: a refused connection has not.</summary>
    private static bool IsLost(RpcException failure)
    {
        if (failure.Trailers.Count > 0 || failure.StatusCode is not (StatusCode.Unavailable or StatusCode.Internal))
            return false;
        for (var cause = failure.Status.DebugException; cause is not null; cause = cause.InnerException)
            if (cause is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound }
                or System.Security.Authentication.AuthenticationException) return false;
        return failure.Status.DebugException is HttpRequestException or IOException;
    }

    private sealed class Attempt<TResponse>(Func<AsyncUnaryCall<TResponse>> begin)
    {
        public AsyncUnaryCall<TResponse> Call { get; private set; } = begin();

        public async Task<TResponse> RunAsync(CancellationToken cancellation)
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await Call.ResponseAsync.ConfigureAwait(false);
                }
                catch (RpcException failure) when (attempt < Attempts && IsLost(failure))
                {
                    await Task.Delay(FirstPause * attempt, cancellation).ConfigureAwait(false);
                }

                Call.Dispose();
                Call = begin();
            }
        }

        /// <summary>Those of the call that was answered.</summary>
        public async Task<Metadata> HeadersAsync(Task<TResponse> answer)
        {
            await answer.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default).ConfigureAwait(false);
            return await Call.ResponseHeadersAsync.ConfigureAwait(false);
        }
    }
}
