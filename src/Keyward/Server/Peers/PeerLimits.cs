namespace Keyward.Server.Peers;

/// <summary>What one address may hold open at once, and how many new connections all of them may begin in a second.
/// This
/// machine itself is free of both: a proxy on it brings everybody's connections.</summary>
internal sealed record PeerLimits(int ConnectionsPerPeer, int HandshakesPerSecond, int RequestsPerPeer);
