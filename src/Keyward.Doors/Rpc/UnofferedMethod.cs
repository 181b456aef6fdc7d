using Keyward.Vault.Gate;

namespace Keyward.Doors.Rpc;

/// <summary>A method that a vendor's clients know and this server refuses, with what to do instead; by its gRPC name
/// and its REST address.</summary>
internal sealed record UnofferedMethod(string Service, string Name, string HttpMethod, string Path, string Instead)
{
    public PathTemplate Template { get; } = new(Path);

    public string GrpcPath => $"/{Service}/{Name}";

    public Refusal Refusal => NotOffered.Method(Name, Instead);
}
