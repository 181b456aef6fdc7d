using System.Text.Json.Serialization;

namespace Keyward.Vault.Backups;

/// <summary>How much of a log a backup holds: its tree of this size, less what its base held.</summary>
internal sealed record BackedUpLog(string Origin, long Size, long From);

/// <summary>What a backup says of itself, first of all.</summary>
/// <param name="Format">1. A later program reads all formats that were ever written.</param>
/// <param name="Id">32 hex digits.</param>
/// <param name="Base">The backup that must be restored before this one: it holds the older part of the logs.</param>
/// <param name="Seq">The last change in it.</param>
internal sealed record BackupManifest(
    int Format, string Id, string? Base, string Deployment, string Node, string Build, DateTimeOffset Time, long Seq,
    int Rows, IReadOnlyList<BackedUpLog> Logs)
{
    public const int Newest = 1;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
