using Grpc.Core;
using Keyward.Client;

namespace Keyward.Cli;

/// <summary>Asking twice is safe, and lists are whole.</summary>
internal static class Existing
{
    public static async Task<T> OrMadeAsync<T>(
        Session session, bool ifNotExists, Func<AsyncUnaryCall<T>> make, Func<AsyncUnaryCall<T>> get)
    {
        try
        {
            return await make();
        }
        catch (RpcException failure) when (ifNotExists && failure.StatusCode == StatusCode.AlreadyExists)
        {
            session.Note("It existed already.");
            return await get();
        }
    }

    public static async Task<List<TItem>> AllAsync<TPage, TItem>(
        Func<string, Task<TPage>> read, Func<TPage, IEnumerable<TItem>> items, Func<TPage, string> next)
    {
        var found = new List<TItem>();
        var token = "";
        do
        {
            var page = await read(token).ConfigureAwait(false);
            found.AddRange(items(page));
            token = next(page);
        }
        while (token.Length > 0);
        return found;
    }
}
