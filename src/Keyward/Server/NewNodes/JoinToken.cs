using System.Security.Cryptography;

namespace Keyward.Server.NewNodes;

/// <summary>What an operator carries from the deployment to a new machine: <c>kwj1/HOST:PORT/FINGERPRINT/TOKEN</c>.
/// Whom to ask, the SHA-256 of the deployment's certificate authority by which the answer is known to be its, and the
/// token that lets one node join.</summary>
internal sealed record JoinToken(string Address, string Fingerprint, string Bearer)
{
    private const string Prefix = "kwj1";

    public static JoinToken? TryParse(string text) =>
        text.Split('/') is [Prefix, { Length: > 0 } address, { Length: 2 * SHA256.HashSizeInBytes } fingerprint,
            { Length: > 0 } bearer] && fingerprint.All(char.IsAsciiHexDigitUpper)
            && Settings.SettingTable.TryParseEndpoint(address, out _, out _)
                ? new JoinToken(address, fingerprint, bearer) : null;

    public string ToText() => $"{Prefix}/{Address}/{Fingerprint}/{Bearer}";

    public override string ToString() => $"JoinToken for {Address}";
}
