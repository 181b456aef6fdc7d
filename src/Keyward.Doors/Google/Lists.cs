using Google.Protobuf;
using Google.Protobuf.Reflection;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;

namespace Keyward.Doors.Google;

/// <summary>Google's list parameters as the vault's page request: filter and order speak of fields of the message that
/// the list shows, so they are judged on it.</summary>
internal static class Lists
{
    public static Outcome<PageRequest<T>> Page<T>(
        int size, string token, string filter, string orderBy, MessageDescriptor message, Func<T, IMessage> show)
    {
        if (!Filter.Parse(filter, message).TryGet(out var predicate, out var refusal)) return refusal;
        if (!OrderBy.Parse(orderBy, message).TryGet(out var order, out refusal)) return refusal;
        return new PageRequest<T>(size, token, filter + "\n" + orderBy,
            filter.Length == 0 ? null : item => predicate(show(item)),
            orderBy.Length == 0 ? null : Comparer<T>.Create((a, b) => order.Compare(show(a), show(b))));
    }
}
