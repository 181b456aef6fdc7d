namespace Keyward.Doors.Aws.Wire;

/// <summary>A request's members, read and judged. What was absent or null is null.</summary>
internal sealed class Input(Shape shape)
{
    private readonly object?[] _values = new object?[shape.Members.Count];

    public Shape Shape => shape;

    public object? this[int index]
    {
        get => _values[index];
        set => _values[index] = value;
    }

    public bool Has(string name) => Value(name) is not null;

    public string? Text(string name) => (string?)Value(name);

    public byte[]? Blob(string name) => (byte[]?)Value(name);

    public int? Number(string name) => (int?)(long?)Value(name);

    public bool Flag(string name) => (bool?)Value(name) ?? false;

    public DateTimeOffset? Time(string name) => (DateTimeOffset?)Value(name);

    public Dictionary<string, string>? Map(string name) => (Dictionary<string, string>?)Value(name);

    public IReadOnlyList<string> Texts(string name) => (List<string>?)Value(name) ?? [];

    public IReadOnlyList<KeyValuePair<string, string>> Tags(string name) =>
        (List<KeyValuePair<string, string>>?)Value(name) ?? [];

    public Input? Structure(string name) => (Input?)Value(name);

    private object? Value(string name) => _values[shape.IndexOf(name)];
}
