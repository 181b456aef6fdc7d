using Google.Protobuf;
using Grpc.Core;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Rpc;

/// <summary>The message that a handler answers with: the rendered result, or an empty one under the refusal's
/// status.</summary>
internal readonly struct RpcAnswer<T, TAsked, TResponse>(
    ServerCallContext context, TAsked asked, Func<T, TAsked, TResponse> render)
    : IAnswerMaker<T, TResponse>
    where TResponse : IMessage, new()
{
    public TResponse Make(Outcome<T> outcome)
    {
        if (outcome.TryGet(out var value, out var refusal)) return render(value, asked);
        RpcStatus.Set(context, refusal, Passing.VisitOf(context).Arrival);
        return new TResponse();
    }
}
