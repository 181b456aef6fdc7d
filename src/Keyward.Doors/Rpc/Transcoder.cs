using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using BadRequest = Google.Rpc.BadRequest;

namespace Keyward.Doors.Rpc;

/// <summary>Serves REST over the same handlers as gRPC, by the methods' own google.api.http bindings. ASP.NET's
/// transcoding answers other errors than Google and ignores what Google refuses, so it does not serve here.</summary>
internal sealed class Transcoder(
    Gate gate, IEnumerable<RestService> services, IEnumerable<UnofferedMethod> unoffered)
{
    /// <summary>Two fields of 64 KiB in base64, and room for names.</summary>
    public const int MaximumBodySizeBytes = 192 * 1024;

    /// <summary>As much as Google takes of a request.</summary>
    private const int MaximumDrainedBytes = 10 * 1024 * 1024;

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    private static readonly JsonParser Parser = new(JsonParser.Settings.Default
        .WithTypeRegistry(RpcStatus.Types).WithIgnoreUnknownFields(false));

    private static readonly Refusal CutOff = new(
        RefusalReason.Cancelled, "The caller went away before the operation began.");

    private readonly RestRoute[] _routes = [.. services.SelectMany(s => RestRoute.Of(s.Descriptor, s.Handler))];
    private readonly UnofferedMethod[] _unoffered = [.. unoffered];

    public async Task ServeAsync(HttpContext context)
    {
        var visit = context.Features.Get<Visit>()!;
        var (path, verb) = PathTemplate.Split(context.Request.Path.Value!);
        var (route, variables, knownPath) = Find(context.Request.Method, path, verb);
        if (route is null)
        {
            if (FindUnoffered(context.Request.Method, path, verb) is { } known)
            {
                visit.Arrival.Method = known.Name;
                await RefuseAsync(context, visit, known.Refusal).ConfigureAwait(false);
                return;
            }

            await RefuseAsync(context, visit, new Refusal(RefusalReason.NotFound,
                $"There is no method {context.Request.Method} at this address."), knownPath
                    ? 405 : 404).ConfigureAwait(false);
            return;
        }

        visit.Arrival.Method = route.Method.Name;
        IMessage request;
        SystemParameters parameters;
        try
        {
            parameters = SystemParameters.Parse(context.Request, route.Method.OutputType);
            request = await ReadAsync(context, route, variables!).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is BadRequestException or InvalidProtocolBufferException
            or InvalidJsonException or BadHttpRequestException or FormatException or OverflowException
            or InvalidDataException)
        {
            var bad = failure as BadRequestException
                ?? new BadRequestException("The request is not valid for this method.");
            await RefuseAsync(context, visit, new Refusal(RefusalReason.InvalidArgument, bad.Message),
                field: bad.Field).ConfigureAwait(false);
            return;
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            await RefuseAsync(context, visit, CutOff).ConfigureAwait(false);
            return;
        }

        var call = new RestCallContext(context, route.Method.Name);
        var response = await route.Call(request, call).ConfigureAwait(false);
        if (call.Status.StatusCode == StatusCode.OK)
            await RestAnswer.WriteAsync(context, response, parameters).ConfigureAwait(false);
        else await RestAnswer.WriteErrorAsync(context, RpcStatus.Find(call)!).ConfigureAwait(false);
    }

    private (RestRoute? Route, Dictionary<string, string>? Variables, bool KnownPath) Find(
        string method, string[] path, string? verb)
    {
        var known = false;
        foreach (var route in _routes)
        {
            if (route.Template.Match(path, verb) is not { } variables) continue;
            known = true;
            if (route.HttpMethod == method) return (route, variables, true);
        }

        return (null, null, known);
    }

    private UnofferedMethod? FindUnoffered(string method, string[] path, string? verb) =>
        _unoffered.FirstOrDefault(m => m.HttpMethod == method && m.Template.Match(path, verb) is not null);

    private async Task RefuseAsync(
        HttpContext context, Visit visit, Refusal refusal, int? httpStatus = null, string? field = null)
    {
        visit.IsAtGate = true;
        var recorded = await gate.RefuseAsync(visit.Arrival, visit.Caller, refusal).ConfigureAwait(false);
        var answer = RpcStatus.Of(recorded, visit.Arrival);
        if (field is not null && recorded == refusal) answer.Details.Add(Any.Pack(new BadRequest
        {
            FieldViolations = { new BadRequest.Types.FieldViolation { Field = field, Description = refusal.Sentence } },
        }));
        var status = recorded == refusal ? httpStatus : null;
        await RestAnswer.WriteErrorAsync(context, answer, status).ConfigureAwait(false);
    }

    private static async Task<IMessage> ReadAsync(
        HttpContext context, RestRoute route, Dictionary<string, string> variables)
    {
        var input = route.Method.InputType;
        var json = new JsonObject();
        if (route.Body.Length > 0)
        {
            var body = JsonRequest.Parse(await ReadBodyAsync(context.Request,
                context.RequestAborted).ConfigureAwait(false));
            var target = route.Body == "*" ? input : JsonRequest.Field(input, route.Body)!.MessageType;
            JsonRequest.Normalise(body, target);
            if (route.Body == "*") json = body;
            else json[JsonRequest.Field(input, route.Body)!.JsonName] = body;
        }

        foreach (var (name, values) in context.Request.Query)
            if (!SystemParameters.Has(name)) QueryParameters.Set(json, input, name, values);
        foreach (var (field, value) in variables) QueryParameters.SetPath(json, input, field, value);
        try
        {
            return Parser.Parse(json.ToJsonString(), input);
        }
        catch (Exception failure) when (failure is InvalidProtocolBufferException or InvalidJsonException
            or FormatException or OverflowException)
        {
            throw JsonFault.In(json, input, Parser);
        }
    }

    private static async Task<byte[]> ReadBodyAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaximumDrainedBytes;
        await using var content = Decoded(request);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > MaximumBodySizeBytes)
            {
                await DrainAsync(request, cancellation).ConfigureAwait(false);
                throw TooLarge();
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    /// <summary>Reads what is too large to its end, so that the answer arrives: a client that is cut off while it
    /// writes sees a broken connection and no error of ours. Only callers that are known get here.</summary>
    private static async Task DrainAsync(HttpRequest request, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(DrainTime);
        try
        {
            await request.Body.CopyToAsync(Stream.Null, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Too slow to be waited for: it gets the answer where it stands.
        }
    }

    private static Stream Decoded(HttpRequest request) => request.Headers.ContentEncoding.ToString() switch
    {
        "" or "identity" => request.Body,
        "gzip" => new BoundedInflation(request.Body, Inflation.Gzip),
        _ => throw new BadRequestException("The body's content encoding is not offered: send it as it is, or gzip."),
    };

    private static BadRequestException TooLarge() => new($"The body is larger than {MaximumBodySizeBytes} bytes.");
}

/// <summary>A service that is served over REST: its descriptor and the object that implements it.</summary>
internal sealed record RestService(ServiceDescriptor Descriptor, object Handler);
