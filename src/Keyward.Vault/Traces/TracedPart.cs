namespace Keyward.Vault.Traces;

/// <summary>A part of a request by its name, which is joined only if it is sent, and its times as time stamps of the
/// clock.</summary>
/// <param name="Parent">The part that it belongs to; below 0 for the request itself.</param>
/// <param name="Ended">0 while it goes on.</param>
internal readonly record struct TracedPart(string Layer, string Operation, int Parent, long Began, long Ended);
