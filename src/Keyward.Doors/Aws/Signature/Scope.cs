namespace Keyward.Doors.Aws.Signature;

/// <summary>The scope of a signature: its day, region and service. A client has the same one for a whole day, so what
/// is made of it is made once.</summary>
internal readonly record struct Scope(string Day, string Region, string Service)
{
    public const string Terminator = "aws4_request";

    /// <summary>The steps by which the key is derived.</summary>
    public string[] Steps { get; } = [Day, Region, Service, Terminator];

    /// <summary>As the string to sign has it.</summary>
    public string Text { get; } = $"{Day}/{Region}/{Service}/{Terminator}";
}
