using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Keyward.Vault.Policies;

/// <summary>A resource's policy as it is stored: the policy, its text, and the number of its revision, 0 before the
/// first was set.</summary>
internal sealed record PolicyState(Policy Policy, string? Text, long Revision)
{
    public static readonly PolicyState None = new(Policy.Empty, null, 0);

    public static PolicyState Parse(string? text, long revision) =>
        text is null && revision == 0 ? None : new PolicyState(Policy.Parse(text), text, revision);

    /// <summary>What a read-modify-write must show again: it changes with every revision and every text.</summary>
    public byte[] Etag => SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{Revision}:{Text}")))[..8];
}
