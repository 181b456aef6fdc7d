using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>A stable name under which versions of material come and go. Purpose, protection level, import rule and
/// destruction delay are fixed at creation.</summary>
public sealed record Key
{
    public required KeyName Name { get; init; }

    /// <summary>Unique in the location; ciphertexts carry it.</summary>
    public required Guid Id { get; init; }

    public required Purpose Purpose { get; init; }

    /// <summary>The algorithm of versions to come.</summary>
    public required Algorithm Algorithm { get; init; }

    public required ProtectionLevel ProtectionLevel { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public int? PrimaryVersion { get; init; }

    public int NextVersion { get; init; } = 1;

    public TimeSpan? RotationPeriod { get; init; }

    public DateTimeOffset? NextRotationTime { get; init; }

    public required TimeSpan DestroyScheduledDuration { get; init; }

    public bool ImportOnly { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = NoLabels;

    /// <summary>Set once and for ever: the key is gone, its name stays taken.</summary>
    public DateTimeOffset? DeleteTime { get; init; }

    public RetiredName RetiredName => new(Name.Parent.Parent, Id);

    internal PolicyState Policy { get; init; } = PolicyState.None;

    internal long Seq { get; init; }

    public static readonly ImmutableSortedDictionary<string, string> NoLabels =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    internal Cell[] ToCells() =>
    [
        Name.Project.Value, Name.Parent.Parent.Location.Value, Name.Parent.Ring, Name.Key,
        Id.ToByteArray(bigEndian: true), (long)Purpose, (long)Algorithm, (long)ProtectionLevel, Micros.Of(CreateTime),
        (long?)PrimaryVersion, (long)NextVersion, RotationPeriod?.Ticks / TimeSpan.TicksPerMicrosecond,
        Micros.Of(NextRotationTime), DestroyScheduledDuration.Ticks / TimeSpan.TicksPerMicrosecond,
        ImportOnly ? 1L : 0L,
        Labels.IsEmpty ? null : JsonSerializer.Serialize(Labels, LabelsJson.Default.IReadOnlyDictionaryStringString),
        Policy.Text, Policy.Revision, Micros.Of(DeleteTime),
    ];

    internal static Key Parse(Row row)
    {
        var cells = new RowReader(row);
        return new Key
        {
            Name = cells.KeyName(),
            Id = new Guid(cells.Bytes(), bigEndian: true),
            Purpose = (Purpose)cells.Int32(),
            Algorithm = (Algorithm)cells.Int32(),
            ProtectionLevel = (ProtectionLevel)cells.Int32(),
            CreateTime = cells.Time(),
            PrimaryVersion = (int?)cells.IntegerOrNull(),
            NextVersion = cells.Int32(),
            RotationPeriod = Span(cells.IntegerOrNull()),
            NextRotationTime = cells.TimeOrNull(),
            DestroyScheduledDuration = Span(cells.Integer())!.Value,
            ImportOnly = cells.Integer() != 0,
            Labels = ParseLabels(cells.TextOrNull()),
            Policy = cells.Policy(),
            DeleteTime = cells.TimeOrNull(),
            Seq = row.Seq,
        };
    }

    private static TimeSpan? Span(long? micros) =>
        micros is { } value ? TimeSpan.FromTicks(value * TimeSpan.TicksPerMicrosecond) : null;

    private static ImmutableSortedDictionary<string, string> ParseLabels(string? text) => text is null
        ? NoLabels
        : JsonSerializer.Deserialize(text, LabelsJson.Default.IReadOnlyDictionaryStringString)!
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
}

[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class LabelsJson : JsonSerializerContext;
