namespace Keyward.Doors.Aws.Wire;

/// <summary>What a member of a request can be.</summary>
internal enum MemberKind
{
    Text = 0,
    Blob = 1,
    Integer = 2,
    Boolean = 3,
    Time = 4,
    TextMap = 5,
    TextList = 6,
    TagList = 7,
    Structure = 8,
}

/// <summary>A member of a request with its constraints, as the service's model states them: lengths of texts, blobs
/// (after decoding) and lists, ranges of numbers, the values of an enumeration.</summary>
internal sealed record Member(string Name, MemberKind Kind)
{
    public bool IsRequired { get; init; }

    public long Minimum { get; init; }

    public long Maximum { get; init; } = long.MaxValue;

    /// <summary>For lists: the length of each item.</summary>
    public int ItemMinimum { get; init; }

    public int ItemMaximum { get; init; } = int.MaxValue;

    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>The pattern of a text, or of each item of a list; null for any.</summary>
    public ModelPattern? Pattern { get; init; }

    /// <summary>The members of a structure.</summary>
    public Shape? Of { get; init; }

    /// <summary>The member as messages name it: its first letter is small.</summary>
    public string Label { get; } = char.ToLowerInvariant(Name[0]) + Name[1..];

    public Member Required() => this with { IsRequired = true };

    public Member Like(ModelPattern pattern) => this with { Pattern = pattern };

    public static Member Text(string name, int minimum = 0, int maximum = int.MaxValue) =>
        new(name, MemberKind.Text) { Minimum = minimum, Maximum = maximum };

    public static Member Key(string name = "KeyId") => Text(name, 1, 2_048);

    public static Member Blob(string name, int minimum, int maximum) =>
        new(name, MemberKind.Blob) { Minimum = minimum, Maximum = maximum };

    public static Member Integer(string name, long minimum, long maximum) =>
        new(name, MemberKind.Integer) { Minimum = minimum, Maximum = maximum };

    public static Member Boolean(string name) => new(name, MemberKind.Boolean);

    public static Member Time(string name) => new(name, MemberKind.Time);

    public static Member Choice(string name, IReadOnlyList<string> values) =>
        new(name, MemberKind.Text) { Values = values };

    public static Member Choices(string name, IReadOnlyList<string> values) =>
        new(name, MemberKind.TextList) { Values = values };

    public static Member Context(string name = "EncryptionContext") => new(name, MemberKind.TextMap);

    public static Member Texts(string name, int maximum, int itemMinimum, int itemMaximum) =>
        new(name, MemberKind.TextList) { Maximum = maximum, ItemMinimum = itemMinimum, ItemMaximum = itemMaximum };

    public static Member Structure(string name, Shape of) => new(name, MemberKind.Structure) { Of = of };

    public static readonly Member Tokens = Texts("GrantTokens", 10, 1, 8_192);
    public static readonly Member DryRun = Boolean("DryRun");
    public static readonly Member Limit = Integer("Limit", 1, 1_000);
    public static readonly Member Marker = Text("Marker", 1, 1_024).Like(ModelPattern.Marker);
    public static readonly Member Tags = new("Tags", MemberKind.TagList);
}

/// <summary>The members of one operation's request.</summary>
internal sealed class Shape(params Member[] members)
{
    public static readonly Shape Empty = new();

    public IReadOnlyList<Member> Members => members;

    public int IndexOf(string name)
    {
        for (var i = 0; i < members.Length; i++)
            if (members[i].Name == name) return i;
        return -1;
    }

    public int IndexOf(ref System.Text.Json.Utf8JsonReader json)
    {
        for (var i = 0; i < members.Length; i++)
            if (json.ValueTextEquals(members[i].Name)) return i;
        return -1;
    }
}
