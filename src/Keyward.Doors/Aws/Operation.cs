using Keyward.Doors.Aws.Wire;

namespace Keyward.Doors.Aws;

/// <summary>One operation of the service: its name, the shape of its input, and the way through the gate. An answer
/// that has a fault and did not pass the gate is recorded by the door.</summary>
internal sealed record Operation(string Name, Shape Shape, Func<Call, ValueTask<Answer>> RunAsync);
