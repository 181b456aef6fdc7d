using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;

namespace Keyward.Vault.Storage;

/// <summary>Cuts lists into pages. A token is bound by a MAC to its caller, its list and its filter, and lives a day;
/// it names the last item given, so that items that come and go meanwhile neither double nor hide others.</summary>
internal static class Paging
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(1);

    private static readonly Refusal BadToken = new(RefusalReason.InvalidPageToken,
        "The page token is not one that this list gave you, or it is older than a day.");

    private static readonly Refusal BadSize = new(RefusalReason.InvalidArgument, "The page size must not be negative.");

    /// <param name="listName">The list's own name: the parent's full name and the collection.</param>
    /// <param name="after">Items in the list's own order, behind a name; all where it is null.</param>
    /// <param name="count">How many items there are without a filter.</param>
    public static Outcome<Page<T>> Cut<T>(
        Passage passage, string listName, PageRequest<T> request, Func<string?, IEnumerable<T>> after,
        Func<T, string> nameOf, int count)
    {
        if (request.Size < 0) return BadSize;
        var size = request.Size == 0 ? PageRequest<T>.DefaultSize : Math.Min(request.Size, PageRequest<T>.MaximumSize);
        var scope = $"{passage.Caller.Member}\n{listName}\n{request.Query}";
        string? last = null;
        if (request.Token.Length > 0 && !TryReadToken(passage, scope, request.Token, out last)) return BadToken;

        var items = request.Order is null ? after(last) : InOrder(after(null), request, nameOf, last);
        if (request.Filter is { } filter) items = items.Where(i => filter(i));
        var page = items.Take(size + 1).ToList();
        var token = "";
        if (page.Count > size)
        {
            page.RemoveAt(size);
            token = MakeToken(passage, scope, nameOf(page[^1]));
        }

        return new Page<T>(page, token, request.Filter is null ? count : null);
    }

    private static IEnumerable<T> InOrder<T>(
        IEnumerable<T> items, PageRequest<T> request, Func<T, string> nameOf, string? last)
    {
        var ordered = items.Order(request.Order!).ToList();
        if (last is null) return ordered;
        var at = ordered.FindIndex(i => nameOf(i) == last);
        return at < 0 ? [] : ordered.Skip(at + 1);
    }

    private static string MakeToken(Passage passage, string scope, string last)
    {
        var expires = passage.Now + TokenLifetime;
        var payload = Frame.Of(Frame.Text(last), Frame.Number(expires.ToUnixTimeSeconds()));
        Span<byte> mac = stackalloc byte[32];
        Mac(passage, scope, payload, mac);
        return Base64Url.EncodeToString(Frame.Of(payload, mac.ToArray()));
    }

    private static bool TryReadToken(Passage passage, string scope, string token, out string? last)
    {
        last = null;
        if (token.Length > 1_024 || !Base64Url.IsValid(token)) return false;
        ReadOnlySpan<byte> rest = Base64Url.DecodeFromChars(token);
        if (!Frame.TryRead(ref rest, out var payload) || !Frame.TryRead(ref rest, out var shown)) return false;
        Span<byte> mac = stackalloc byte[32];
        Mac(passage, scope, payload, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, shown)) return false;
        if (!Frame.TryRead(ref payload, out var name) || !Frame.TryRead(ref payload, out var seconds)) return false;
        if (BinaryPrimitives.ReadInt64BigEndian(seconds) < passage.Now.ToUnixTimeSeconds()) return false;
        last = Encoding.UTF8.GetString(name);
        return true;
    }

    private static void Mac(Passage passage, string scope, ReadOnlySpan<byte> payload, Span<byte> mac) =>
        passage.Vault.Hierarchy.TokenMac(
            "page-token/1", Frame.Of(Frame.Text(scope), payload.ToArray()), mac);

    /// <summary>Numbers as names that sort like numbers.</summary>
    public static string NumberName(int number) => number.ToString("d10", CultureInfo.InvariantCulture);
}
