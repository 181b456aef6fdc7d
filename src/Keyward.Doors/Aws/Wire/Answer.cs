using System.Text.Json;

namespace Keyward.Doors.Aws.Wire;

/// <summary>What a call is answered with: a JSON object, nothing, or a fault.</summary>
internal sealed record Answer(Action<Utf8JsonWriter>? Body, Fault? Fault)
{
    /// <summary>Operations without an output shape answer an empty body.</summary>
    public static readonly Answer Empty = new(null, null);

    public static Answer Of(Action<Utf8JsonWriter> body) => new(body, null);

    public static Answer Of(Fault fault) => new(null, fault);
}
