using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Rpc;

/// <summary>What every answer of every door carries of its record: the request's id, and the receipt, which says in
/// which log and where the record stands. Set when the answer begins, since the record is durable by then.</summary>
internal static class Answering
{
    public const string RequestIdHeader = "x-keyward-request-id";

    /// <summary><c>ORIGIN#INDEX</c>, as <c>keyward audit prove</c> takes it. Missing where a flood was counted in a
    /// summary, or the log could not be written.</summary>
    public const string ReceiptHeader = "x-keyward-receipt";

    public static void Begin(HttpContext context, Arrival arrival)
    {
        var response = context.Response;
        response.Headers[RequestIdHeader] = arrival.RequestId;
        if (!arrival.GivesReceipt) return;
        context.Features.Set(arrival);
        response.OnStarting(static state =>
        {
            var context = (HttpContext)state;
            if (context.Features.Get<Arrival>()?.ReceiptText is { } receipt)
                context.Response.Headers[ReceiptHeader] = receipt;
            return Task.CompletedTask;
        }, context);
    }
}
