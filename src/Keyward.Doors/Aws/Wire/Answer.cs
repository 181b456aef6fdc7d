using System.Text.Json;

namespace Keyward.Doors.Aws.Wire;

/// <summary>What a call is answered with: a JSON object, nothing, or a fault.</summary>
internal class Answer
{
    /// <summary>Operations without an output shape answer an empty body.</summary>
    public static readonly Answer Empty = new();

    private Answer()
    {
    }

    public Fault? Fault { get; private init; }

    /// <summary>Whether there are members to write.</summary>
    public virtual bool HasMembers => false;

    public static Answer Of(Fault fault) => new() { Fault = fault };

    /// <summary>What came out, and how its members are written.</summary>
    public static Answer Of<T>(T value, Action<Utf8JsonWriter, T> write) => new Written<T>(value, write);

    public virtual void WriteMembers(Utf8JsonWriter json)
    {
    }

    private sealed class Written<T>(T value, Action<Utf8JsonWriter, T> write) : Answer
    {
        public override bool HasMembers => true;

        public override void WriteMembers(Utf8JsonWriter json) => write(json, value);
    }
}
