using Google.Protobuf;
using Grpc.Core;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Rpc;

/// <summary>How a handler gets through the gate: one call with a typed operation, then the result or the refusal. A
/// refusal throws nothing: it sets the call's status and answers an empty message, which no client sees.</summary>
internal static class Passing
{
    public static async Task<TResponse> PassAsync<T, TResponse>(
        this Gate gate, ServerCallContext context, IOperation<T> operation, Func<T, TResponse> render)
        where TResponse : IMessage, new()
    {
        var visit = VisitOf(context);
        var outcome = await gate.PassAsync(visit.Arrival, visit.Caller, operation, context.CancellationToken)
            .ConfigureAwait(false);
        visit.IsRecorded = true;
        if (outcome.TryGet(out var value, out var refusal)) return render(value);
        RpcStatus.Set(context, refusal, visit.Arrival);
        return new TResponse();
    }

    /// <summary>Passes an operation that was built from the request, or records why it could not be built.</summary>
    public static Task<TResponse> PassAsync<T, TResponse>(
        this Gate gate, ServerCallContext context, Outcome<IOperation<T>> operation, Func<T, TResponse> render)
        where TResponse : IMessage, new() => operation.TryGet(out var built, out var refusal)
            ? gate.PassAsync(context, built, render)
            : gate.RefuseAsync<TResponse>(context, refusal);

    /// <summary>Records a refusal of the door's own, and answers with it.</summary>
    public static async Task<TResponse> RefuseAsync<TResponse>(this Gate gate, ServerCallContext context,
        Refusal refusal)
        where TResponse : IMessage, new()
    {
        var visit = VisitOf(context);
        var recorded = await gate.RefuseAsync(visit.Arrival, visit.Caller, refusal).ConfigureAwait(false);
        visit.IsRecorded = true;
        RpcStatus.Set(context, recorded, visit.Arrival);
        return new TResponse();
    }

    public static Visit VisitOf(ServerCallContext context) =>
        context.GetHttpContext().Features.Get<Visit>()
        ?? throw new InvalidOperationException("A handler was reached without admission.");
}
