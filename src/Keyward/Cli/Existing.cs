using Grpc.Core;
using Keyward.Client;
using WireState = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionState;

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

    /// <summary>The version that a command means: the one that is named, or the key's newest that is enabled.</summary>
    public static async Task<string> NewestVersionAsync(Session session)
    {
        var key = Names.KeyOf(session, session.Get(Names.Key));
        if (key.Contains("/cryptoKeyVersions/", StringComparison.Ordinal)) return key;
        if (session.Get(Names.Version) is { } number) return $"{key}/cryptoKeyVersions/{number}";
        var versions = await VersionCommands.AllAsync(session, key).ConfigureAwait(false);
        return versions.LastOrDefault(v => v.State == WireState.Enabled)?.Name
            ?? throw new FailedException($"{key} has no enabled version.", "Name one: --version N");
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
