using Google.Protobuf;
using Grpc.Core;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Rpc;

/// <summary>How a handler gets through the gate: one call with a typed operation, then the result or the refusal. A
/// refusal throws nothing: it sets the call's status and answers an empty message, which no client sees.</summary>
internal static class Passing
{
    public static Task<TResponse> PassAsync<T, TResponse>(
        this Gate gate, ServerCallContext context, IOperation<T> operation, Func<T, TResponse> render)
        where TResponse : IMessage, new() =>
        gate.PassAsync(context, operation, render, static (value, render) => render(value));

    /// <param name="asked">What else the answer is made from: a lambda that holds nothing costs no object.</param>
    public static Task<TResponse> PassAsync<T, TAsked, TResponse>(this Gate gate, ServerCallContext context,
        IOperation<T> operation, TAsked asked, Func<T, TAsked, TResponse> render)
        where TResponse : IMessage, new()
    {
        var visit = VisitOf(context);
        visit.IsAtGate = true;
        return gate.PassAsync<T, TResponse, RpcAnswer<T, TAsked, TResponse>>(visit.Arrival, visit.Caller, operation,
            new RpcAnswer<T, TAsked, TResponse>(context, asked, render), context.CancellationToken);
    }

    /// <summary>Passes an operation that was built from the request, or records why it could not be built.</summary>
    public static Task<TResponse> PassAsync<T, TResponse>(
        this Gate gate, ServerCallContext context, Outcome<IOperation<T>> operation, Func<T, TResponse> render)
        where TResponse : IMessage, new() => operation.TryGet(out var built, out var refusal)
            ? gate.PassAsync(context, built, render)
            : gate.RefuseAsync<TResponse>(context, refusal);

    public static Task<TResponse> PassAsync<T, TAsked, TResponse>(this Gate gate, ServerCallContext context,
        Outcome<IOperation<T>> operation, TAsked asked, Func<T, TAsked, TResponse> render)
        where TResponse : IMessage, new() => operation.TryGet(out var built, out var refusal)
            ? gate.PassAsync(context, built, asked, render)
            : gate.RefuseAsync<TResponse>(context, refusal);

    /// <summary>Records a refusal of the door's own, and answers with it.</summary>
    public static async Task<TResponse> RefuseAsync<TResponse>(this Gate gate, ServerCallContext context,
        Refusal refusal)
        where TResponse : IMessage, new()
    {
        var visit = VisitOf(context);
        visit.IsAtGate = true;
        var recorded = await gate.RefuseAsync(visit.Arrival, visit.Caller, refusal).ConfigureAwait(false);
        RpcStatus.Set(context, recorded, visit.Arrival);
        return new TResponse();
    }

    public static Visit VisitOf(ServerCallContext context) =>
        context.GetHttpContext().Features.Get<Visit>()
        ?? throw new InvalidOperationException("A handler was reached without admission.");
}
