using System.Text;
using Keyward.Doors.Rpc;
using Keyward.Vault.Audit.Witnessing;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Keyward.Doors.Witness;

/// <summary>The call of a log to its witness (C2SP tlog-witness). No credential: a log is known by the signature on its
/// checkpoint.</summary>
internal static class WitnessDoor
{
    public const string Path = "/witness/add-checkpoint";

    private const string SizeType = "text/x.tlog.size";

    public static void Map(IEndpointRouteBuilder routes, Gate gate) =>
        routes.MapPost(Path, context => ServeAsync(context, gate));

    /// <summary>Statuses as tlog-witness has them; what it does not speak of as elsewhere.</summary>
    public static int StatusOf(RefusalReason reason) => reason switch
    {
        RefusalReason.ChecksumMismatch => StatusCodes.Status422UnprocessableEntity,
        RefusalReason.InvalidArgument => StatusCodes.Status400BadRequest,
        RefusalReason.PermissionDenied => StatusCodes.Status403Forbidden,
        RefusalReason.NotFound => StatusCodes.Status404NotFound,
        RefusalReason.StaleEtag => StatusCodes.Status409Conflict,
        _ => StatusTable.HttpStatusOf(StatusTable.CodeOf(reason)),
    };

    public static async Task ServeAsync(HttpContext context, Gate gate)
    {
        var arrival = gate.Receive(Door.Witness, ConnectionSource.Of(context), Admission.TraceOf(context.Request));
        arrival.Method = "AddCheckpoint";
        Answering.Begin(context, arrival);
        if (await ReadAsync(context).ConfigureAwait(false) is not { } body
            || !CosignRequest.TryParse(body, out var request))
        {
            await RefuseAsync(context, await gate.RefuseAsync(arrival, null, WitnessRefusals.Malformed)
                .ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        var judged = gate.Identify(arrival, request);
        if (!judged.TryGet(out var log, out var unknown))
        {
            await RefuseAsync(context, await gate.RefuseAsync(arrival, null, unknown).ConfigureAwait(false))
                .ConfigureAwait(false);
            return;
        }

        var outcome = await gate.PassAsync(arrival, log, new CosignCheckpoint(request), context.RequestAborted)
            .ConfigureAwait(false);
        if (outcome.TryGet(out var cosignature, out var refusal))
            await WriteAsync(context, StatusCodes.Status200OK, "text/plain; charset=utf-8", cosignature.ToString())
                .ConfigureAwait(false);
        else await RefuseAsync(context, refusal).ConfigureAwait(false);
    }

    private static Task RefuseAsync(HttpContext context, Refusal refusal) =>
        refusal is { Reason: RefusalReason.StaleEtag, Subject: { } size }
            ? WriteAsync(context, StatusCodes.Status409Conflict, SizeType, size + "\n")
            : WriteAsync(context, StatusOf(refusal.Reason), "text/plain; charset=utf-8", refusal.Sentence + "\n");

    private static async Task WriteAsync(HttpContext context, int status, string type, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Null for what is larger than any such request.</summary>
    private static async ValueTask<byte[]?> ReadAsync(HttpContext context)
    {
        var buffer = new byte[CosignRequest.MaximumSizeBytes + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        return length <= CosignRequest.MaximumSizeBytes ? buffer[..length] : null;
    }
}
