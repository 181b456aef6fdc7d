namespace Keyward.Vault.Gate;

/// <summary>The refusal for a vendor's method that this server does not offer; the door records it by
/// <see cref="Gate.RefuseAsync"/>.</summary>
public static class NotOffered
{
    public static Refusal Method(string method) =>
        new(RefusalReason.NotOffered, $"{method} is not offered by this server.", method);

    /// <summary>The same with what to do instead, a sentence.</summary>
    public static Refusal Method(string method, string instead) =>
        new(RefusalReason.NotOffered, $"{method} is not offered by this server. {instead}", method);
}
