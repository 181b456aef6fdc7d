namespace Keyward.Doors.Aws.Signature;

/// <summary>The scope of a signature: its day, region and service.</summary>
internal readonly record struct Scope(string Day, string Region, string Service)
{
    public const string Terminator = "aws4_request";

    public override string ToString() => $"{Day}/{Region}/{Service}/{Terminator}";
}
