using System.Security.Cryptography;
using Keyward.Doors.Aws.Signature;
using Keyward.Doors.Aws.Sts;
using Keyward.Doors.Aws.Wire;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Aws;

/// <summary>AWS KMS: JSON 1.1 over <c>POST /</c>, signed with Signature Version 4; STS stands beside it. The signature
/// is judged first, then the operation's name, the form of the body, its constraints, the keys it names, and last, by
/// the gate, rights and states. Every call leaves one record.</summary>
internal sealed class AwsDoor(RequestDelegate next, Gate gate)
{
    private const string TargetHeader = "X-Amz-Target";
    private const string TargetPrefix = "TrentService.";
    private const string Service = "kms";

    /// <summary>The benchmark's empty call, which no vendor has.</summary>
    private const string EmptyCall = "Empty";

    private static readonly Fault Cancelled =
        new("KMSInternalException", null, RefusalReason.Cancelled, StatusCodes.Status500InternalServerError);

    public Task InvokeAsync(HttpContext context) => IsOurs(context.Request) ? ServeAsync(context) : next(context);

    private async Task ServeAsync(HttpContext context)
    {
        var door = StsCalls.IsOurs(context.Request) ? Door.AwsSts : Door.Aws;
        var arrival = gate.Receive(door, ConnectionSource.Of(context), Admission.TraceOf(context.Request));
        Answering.Begin(context, arrival);
        context.Response.Headers["x-amzn-RequestId"] = Reply.RequestIdOf(arrival);
        var (body, fault) = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        try
        {
            if (StsCalls.IsOurs(context.Request) && (fault is not null || StsForm.Resembles(body)))
            {
                await new StsCalls(gate).ServeAsync(context, arrival, body, fault).ConfigureAwait(false);
                return;
            }

            var answer = await AnswerAsync(context, arrival, body, fault, out var call).ConfigureAwait(false);
            if (call is { IsRecorded: false })
                answer = await RefuseAsync(arrival, call.Caller, answer.Fault ?? Cancelled, call.KeyName)
                    .ConfigureAwait(false);
            await Reply.WriteAsync(context, answer).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(body);
        }
    }

    /// <summary>A plain <c>POST /</c>, and whatever is signed or pre-signed in AWS's way: that is refused here where
    /// its path is another one.</summary>
    private static bool IsOurs(HttpRequest request)
    {
        if (Admission.IsGrpc(request)) return false;
        return request.Headers.ContainsKey(TargetHeader)
            || request.Headers.Authorization.ToString().StartsWith("AWS4-", StringComparison.Ordinal)
            || request.Query.ContainsKey("X-Amz-Algorithm")
            || (HttpMethods.IsPost(request.Method) && request.Path == "/");
    }

    /// <summary>What a call is answered with, whose answer may not be recorded yet. It waits for nothing itself: each
    /// method that does costs an object.</summary>
    private ValueTask<Answer> AnswerAsync(
        HttpContext context, Arrival arrival, byte[] body, Fault? fault, out Call? call)
    {
        call = null;
        if (fault is not null) return RefuseAsync(arrival, null, fault);
        var target = context.Request.Headers[TargetHeader];
        var name = target.Count == 1 && target[0]!.StartsWith(TargetPrefix, StringComparison.Ordinal)
            ? target[0]![TargetPrefix.Length..]
            : null;
        arrival.Method = name is { Length: <= 64 } ? name : "Unknown";
        if (name is null && target.Count <= 1 && !context.Request.Query.ContainsKey("X-Amz-Algorithm"))
            return RefuseAsync(arrival, null, Fault.UnknownOperation());
        var proof = SignedCall.Read(context.Request, body, Service, out var scope, out fault);
        if (proof is null) return RefuseAsync(arrival, null, fault!);
        if (!LocationId.TryParse(scope.Region, out var region) || !gate.Settings.Locations.Contains(region.Value))
            return RefuseAsync(arrival, null, Fault.Signature("Credential should be scoped to a valid region."));
        if (!gate.Identify(arrival, proof).TryGet(out var caller, out var refusal))
            return RefuseAsync(arrival, null, Refusals.Show(refusal));
        // Admitted, and the one call of this door without a record; a setting has to switch it on.
        if (name == EmptyCall && gate.Settings.EmptyCall) return new(Answer.Empty);
        if (name is null || !Operations.All.TryGetValue(name, out var operation))
            return RefuseAsync(arrival, caller, Fault.UnknownOperation());
        var input = InputReader.Read(operation.Shape, body, out fault);
        if (input is null) return RefuseAsync(arrival, caller, fault!);
        if (Constraints.Judge(input) is { } broken)
            return RefuseAsync(arrival, caller, broken);
        var account = gate.AccountOf(caller.Project!.Value) ?? "";
        call = new Call(gate, arrival, caller, account, region, operation, input, context.RequestAborted);
        return operation.RunAsync(call);
    }

    /// <summary>Records a refusal of the door's own. Where that fails, the caller is told so instead.</summary>
    private async ValueTask<Answer> RefuseAsync(Arrival arrival, Caller? caller, Fault fault, string? subject = null)
    {
        var refusal = fault.ToRefusal() with { Subject = subject };
        var recorded = await gate.RefuseAsync(arrival, caller, refusal).ConfigureAwait(false);
        return Answer.Of(recorded.Reason == refusal.Reason ? fault : Refusals.Show(recorded));
    }
}
