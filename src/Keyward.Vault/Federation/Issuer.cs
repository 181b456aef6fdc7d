using System.Text.Json;
using System.Text.Json.Serialization;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Federation;

/// <summary>How an issuer's tokens are judged and what is taken from them. Stored as one text.</summary>
/// <param name="Audiences">Exact values of <c>aud</c>; empty for the issuer's own full name.</param>
/// <param name="Algorithms">Names of RFC 7518 that its signatures may have.</param>
/// <param name="Attributes">What principals are told apart by: an attribute's name and where its claim stands.</param>
/// <param name="Claims">Conditions: each claim named must have one of its values.</param>
/// <param name="KeysUri">Where the keys are, if discovery is not asked.</param>
/// <param name="Keys">The keys themselves (RFC 7517), if nothing is fetched.</param>
public sealed record IssuerRules(
    IReadOnlyList<string> Audiences, IReadOnlyList<string> Algorithms, IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Claims, string? KeysUri, string? Keys);

/// <summary>Somebody whose word on identities is taken (OpenID Connect Core 1.0): a cluster, a CI system. Its id is
/// both pool and provider in Google's names. One that was removed stays as a row: its id can be used again, its
/// <paramref name="Uid"/> cannot.</summary>
public sealed record Issuer(
    string Id, string Uid, ProjectId Project, string Uri, StandingState State, DateTimeOffset CreateTime,
    IssuerRules Rules)
{
    internal long Seq { get; init; }

    public string FullName => "issuers/" + Id;

    internal Cell[] ToCells() =>
    [
        Id, Uid, Project.Value, Uri, (long)State, Micros.Of(CreateTime),
        JsonSerializer.Serialize(Rules, IssuerJson.Default.IssuerRules),
    ];

    internal static Issuer Parse(Row row)
    {
        var cells = new RowReader(row);
        return new Issuer(cells.Text(), cells.Text(), cells.Project(), cells.Text(), (StandingState)cells.Int32(),
            cells.Time(), JsonSerializer.Deserialize(cells.Text(), IssuerJson.Default.IssuerRules)
                ?? throw new FormatException("A stored issuer has no rules."))
        {
            Seq = row.Seq,
        };
    }
}

[JsonSerializable(typeof(IssuerRules))]
internal sealed partial class IssuerJson : JsonSerializerContext;
