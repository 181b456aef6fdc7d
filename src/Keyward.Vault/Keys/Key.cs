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
public sealed record Key : INamed
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
    /// <summary>The key's own switch, above the states of its versions.</summary>
    public KeyState State { get; init; } = KeyState.Enabled;

    /// <summary>When a key that waits for its deletion goes.</summary>
    public DateTimeOffset? DeletionTime { get; init; }

    /// <summary>How long it waits; kept while a primary waits for its replicas first.</summary>
    public TimeSpan? DeletionWindow { get; init; }

    public string Description { get; init; } = "";

    /// <summary>Tags are free texts, unlike labels.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = NoLabels;

    /// <summary>Where the primary of a multi-region key lies; null for a key of one location. The replicas of a set
    /// share name, id and material.</summary>
    public string? PrimaryLocation { get; init; }

    public bool IsMultiRegion => PrimaryLocation is not null;

    public bool IsReplica => PrimaryLocation is { } primary && primary != Name.Parent.Parent.Location.Value;

    /// <summary>A key whose time has come is deleted, whether or not the job that ends it has run.</summary>
    public KeyState StateAt(DateTimeOffset now) =>
        DeleteTime is not null ? KeyState.Deleted : StateAt(State, DeletionTime, now);

    /// <summary>The key's id as a text of its own: unique in its location, whatever the key is named.</summary>
    public string IdText => IsMultiRegion ? KeyIdText.OfSet(Id) : KeyIdText.Of(Id);

    internal bool HasIdText(string text) => KeyIdText.IsOf(text, Id, IsMultiRegion);

    internal PolicyState Policy { get; init; } = PolicyState.None;

    internal long Seq { get; init; }

    string INamed.TableName => Name.Key;

    public static readonly ImmutableSortedDictionary<string, string> NoLabels =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The same of a key that was not deleted, by the two facts that decide it.</summary>
    internal static KeyState StateAt(KeyState state, DateTimeOffset? deletionTime, DateTimeOffset now) =>
        state == KeyState.PendingDeletion && deletionTime <= now ? KeyState.Deleted : state;

    internal Cell[] ToCells() =>
    [
        Name.Project.Value, Name.Parent.Parent.Location.Value, Name.Parent.Ring, Name.Key,
        Id.ToByteArray(bigEndian: true), (long)Purpose, (long)Algorithm, (long)ProtectionLevel, Micros.Of(CreateTime),
        (long?)PrimaryVersion, (long)NextVersion, RotationPeriod?.Ticks / TimeSpan.TicksPerMicrosecond,
        Micros.Of(NextRotationTime), DestroyScheduledDuration.Ticks / TimeSpan.TicksPerMicrosecond,
        ImportOnly ? 1L : 0L,
        Labels.IsEmpty ? null : JsonSerializer.Serialize(Labels, LabelsJson.Default.IReadOnlyDictionaryStringString),
        Policy.Text, Policy.Revision, Micros.Of(DeleteTime), (long)State, Micros.Of(DeletionTime),
        DeletionWindow?.Ticks / TimeSpan.TicksPerMicrosecond, Description.Length == 0 ? null : Description,
        Tags.IsEmpty ? null : JsonSerializer.Serialize(Tags, LabelsJson.Default.IReadOnlyDictionaryStringString),
        PrimaryLocation,
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
            State = (KeyState)cells.Int32(),
            DeletionTime = cells.TimeOrNull(),
            DeletionWindow = Span(cells.IntegerOrNull()),
            Description = cells.TextOrNull() ?? "",
            Tags = ParseLabels(cells.TextOrNull()),
            PrimaryLocation = cells.TextOrNull(),
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
