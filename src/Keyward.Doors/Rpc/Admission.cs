using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Rpc;

/// <summary>The first thing that happens to a request of these doors: it is received, and its caller judged by the
/// headers
/// alone, before a byte of its body is read. What fails on the wire behind it is recorded here too, so that no request
/// leaves without a record.</summary>
internal sealed class Admission(RequestDelegate next, Gate gate, IEnumerable<UnofferedMethod> unoffered)
{
    // IAM methods are refused by resource, behind their handlers: one name a method is enough.
    private readonly Dictionary<string, UnofferedMethod> _unoffered =
        unoffered.DistinctBy(m => m.GrpcPath).ToDictionary(m => m.GrpcPath, StringComparer.Ordinal);

    private const int MaximumReasonLength = 256;
    private const int MaximumKeyLength = 128;

    private static readonly System.Buffers.SearchValues<char> HexDigits =
        System.Buffers.SearchValues.Create("0123456789abcdef");

    private static readonly Refusal Malformed = new(
        RefusalReason.InvalidArgument, "The request is malformed or larger than this method allows.");

    private static readonly Refusal BadKey = new(
        RefusalReason.InvalidArgument, "An idempotency key has 1 to 128 visible ASCII characters.");

    public Task InvokeAsync(HttpContext context)
    {
        if (DoorOf(context.Request) is not { } door) return next(context);
        var arrival = gate.Receive(door, ConnectionSource.Of(context), TraceOf(context.Request));
        arrival.Method = MethodOf(context);
        arrival.Reason = ReasonOf(context.Request);
        Answering.Begin(context, arrival);
        var judged = ProofOf(context.Request) is { } proof ? gate.Identify(arrival, proof)
            : CertificateOf(context) is { } certificate ? gate.Identify(arrival, certificate)
            : CredentialRefusals.Missing;
        if (!judged.TryGet(out var caller, out var refusal)) return RefuseAsync(context, arrival, null, refusal);
        if (!TryReadKey(context.Request, arrival)) return RefuseAsync(context, arrival, caller, BadKey);
        var visit = new Visit(arrival, caller);
        context.Features.Set(visit);
        return ServeAsync(context, visit);
    }

    private Task ServeAsync(HttpContext context, Visit visit)
    {
        Task served;
        try
        {
            served = next(context);
        }
        catch (Exception bug) when (!visit.IsAtGate)
        {
            served = Task.FromException(bug);
        }

        // Nothing is left to do here for what is at the gate, and to wait costs each request an object.
        return visit.IsAtGate ? served : WatchAsync(context, visit, served);
    }

    /// <summary>Records what ends before it is at the gate.</summary>
    private async Task WatchAsync(HttpContext context, Visit visit, Task served)
    {
        var isBug = true;
        try
        {
            await served.ConfigureAwait(false);
            isBug = false;
        }
        finally
        {
            // A bug behind this leaves as the exception that it is, but not without its record.
            if (!visit.IsAtGate && !context.Response.HasStarted)
                await RefuseAsync(context, visit.Arrival, visit.Caller,
                    isBug ? Bug(visit.Arrival) : WireFailure(context)).ConfigureAwait(false);
        }
    }

    private static Refusal Bug(Arrival arrival) => new(RefusalReason.Internal,
        $"Internal error; the server's log has it under request {arrival.RequestId}.");

    private async Task RefuseAsync(HttpContext context, Arrival arrival, Caller? caller, Refusal refusal)
    {
        var recorded = await gate.RefuseAsync(arrival, caller, refusal).ConfigureAwait(false);
        var status = RpcStatus.Of(recorded, arrival);
        if (IsGrpc(context.Request)) WriteGrpc(context.Response, status);
        else await RestAnswer.WriteErrorAsync(context, status).ConfigureAwait(false);
    }

    /// <summary>A trailers-only response (gRPC over HTTP/2, Responses).</summary>
    private static void WriteGrpc(HttpResponse response, global::Google.Rpc.Status status)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = status.Code.ToString(System.Globalization.CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = PercentEncoding.Encode(status.Message);
        response.Headers[RpcStatus.DetailsTrailer] = Convert.ToBase64String(status.ToByteArray());
    }

    /// <summary>The framework refused before a handler was reached: an unknown method, or bytes that are no
    /// message.</summary>
    private Refusal WireFailure(HttpContext context)
    {
        if (context.Response.Headers["grpc-status"] != "12" && context.GetEndpoint() is not null) return Malformed;
        var path = context.Request.Path.Value ?? "";
        return _unoffered.TryGetValue(path, out var known) ? known.Refusal : NotOffered.Method(path);
    }

    private static Door? DoorOf(HttpRequest request)
    {
        var path = request.Path;
        if (IsGrpc(request))
            return path.StartsWithSegments("/grpc.health.v1.Health") ? null
                : path.Value!.StartsWith("/keyward.v1.", StringComparison.Ordinal) ? Door.Admin
                : Door.GoogleGrpc;
        if (path.StartsWithSegments("/v1")) return Door.GoogleRest;
        return path.StartsWithSegments("/keyward/v1", out var rest) && rest != "/ca" ? Door.Admin : null;
    }

    internal static bool IsGrpc(HttpRequest request) =>
        request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;

    private static string MethodOf(HttpContext context)
    {
        var request = context.Request;
        if (!IsGrpc(request)) return request.Method;
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is { } known) return known.Method.Name;
        var path = request.Path.Value!;
        return path[(path.LastIndexOf('/') + 1)..];
    }

    private static BearerProof? ProofOf(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var values = request.Headers.Authorization;
        return values.Count == 1 && values[0] is { } value
            && value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && value.Length > scheme.Length
            ? new BearerProof(value.AsMemory(scheme.Length).Trim(), ProofUse.Door)
            : null;
    }

    /// <summary>A certificate speaks where nothing else does: who sends a header means what it says.</summary>
    private static CertificateProof? CertificateOf(HttpContext context) =>
        context.Request.Headers.Authorization.Count == 0 && context.Connection.ClientCertificate is { } certificate
            ? new CertificateProof(certificate.RawData)
            : null;

    /// <summary>Why the caller asks, in Google's own header for it.</summary>
    private static string? ReasonOf(HttpRequest request)
    {
        var reason = request.Headers["x-goog-request-reason"].ToString();
        return reason.Length == 0 ? null : reason.Length > MaximumReasonLength ? reason[..MaximumReasonLength] : reason;
    }

    private static bool TryReadKey(HttpRequest request, Arrival arrival)
    {
        if (!request.Headers.TryGetValue("x-keyward-idempotency-key", out var values)) return true;
        arrival.IdempotencyKey = values.ToString();
        return arrival.IdempotencyKey.Length is > 0 and <= MaximumKeyLength
            && !arrival.IdempotencyKey.AsSpan().ContainsAnyExceptInRange('!', '~');
    }

    /// <summary>The trace id of a W3C traceparent, for the record only: a stranger's trace is not joined.</summary>
    internal static string? TraceOf(HttpRequest request)
    {
        var header = request.Headers.TraceParent.ToString();
        return header.Length == 55 && header[2] == '-' && header[35] == '-'
            && !header.AsSpan(3, 32).ContainsAnyExcept(HexDigits) ? header.Substring(3, 32) : null;
    }
}
