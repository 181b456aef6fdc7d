using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Keyward.Doors.Rpc;

/// <summary>One HTTP binding of one method, and how to call it.</summary>
internal sealed record RestRoute(
    string HttpMethod, PathTemplate Template, string Body, MethodDescriptor Method,
    Func<IMessage, ServerCallContext, Task<IMessage>> Call)
{
    /// <summary>The bindings of all methods of a service that have one.</summary>
    public static IEnumerable<RestRoute> Of(ServiceDescriptor service, object handler)
    {
        foreach (var method in service.Methods)
        {
            if (method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is not { } rule) continue;
            var call = Caller(method, handler);
            foreach (var binding in rule.AdditionalBindings.Prepend(rule))
            {
                var (verb, path) = binding.PatternCase switch
                {
                    HttpRule.PatternOneofCase.Get => ("GET", binding.Get),
                    HttpRule.PatternOneofCase.Post => ("POST", binding.Post),
                    HttpRule.PatternOneofCase.Put => ("PUT", binding.Put),
                    HttpRule.PatternOneofCase.Patch => ("PATCH", binding.Patch),
                    HttpRule.PatternOneofCase.Delete => ("DELETE", binding.Delete),
                    _ => throw new NotSupportedException($"{method.FullName} has a binding of another kind."),
                };
                yield return new RestRoute(verb, new PathTemplate(path), binding.Body, method, call);
            }
        }
    }

    private static Func<IMessage, ServerCallContext, Task<IMessage>> Caller(MethodDescriptor method, object handler)
    {
        var implementation = handler.GetType().GetMethod(
            method.Name, [method.InputType.ClrType, typeof(ServerCallContext)])
            ?? throw new NotSupportedException($"{handler.GetType()} lacks {method.Name}.");
        var maker = typeof(RestRoute).GetMethod(
            nameof(Bind), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;
        return (Func<IMessage, ServerCallContext, Task<IMessage>>)maker
            .MakeGenericMethod(method.InputType.ClrType, method.OutputType.ClrType)
            .Invoke(null, [implementation, handler])!;
    }

    private static Func<IMessage, ServerCallContext, Task<IMessage>> Bind<TRequest, TResponse>(
        System.Reflection.MethodInfo implementation, object handler)
        where TRequest : IMessage
        where TResponse : IMessage
    {
        var call = implementation.CreateDelegate<Func<TRequest, ServerCallContext, Task<TResponse>>>(handler);
        return async (request, context) => await call((TRequest)request, context).ConfigureAwait(false);
    }
}
